import { atomicList } from "@headgate/kube-schema";
import * as z from "zod";
import { HttpUrl } from "../blocks/text-pattern.ts";

const FieldNames = atomicList(z.string()).optional();

/** Which fields of a user-info answer say who the user is. */
export const UserInfoFields = z.strictObject({
  subjectFields: FieldNames.describe("Fields with the user's id; the first that is there counts."),
  nameFields: FieldNames.describe("Fields with the user's name."),
  emailFields: FieldNames.describe("Fields with the user's mail address."),
});
export type UserInfoFields = z.infer<typeof UserInfoFields>;

/** How a provider is asked who the user is. */
export const UserInfo = z.strictObject({
  endpointUrl: HttpUrl.describe("Where to ask."),
  httpMethod: z.enum(["GET", "POST"]).optional().describe("How to ask; `GET` when omitted."),
  additionalHeaders: z
    .record(z.string(), z.string())
    .optional()
    .describe("Headers added to the request."),
  fieldMapping: UserInfoFields.optional().describe("Which fields of the answer count."),
});
export type UserInfo = z.infer<typeof UserInfo>;
