import { boundedText, listMap } from "@headgate/kube-schema";
import * as z from "zod";
import { SecretKeyRef } from "./reference.ts";

/** A header whose value is in a Secret. */
export const SecretHeader = z.strictObject({
  headerName: boundedText(255).min(1).describe("Name of the header."),
  valueSecretRef: SecretKeyRef.describe("Where its value is."),
});
export type SecretHeader = z.infer<typeof SecretHeader>;

/** Headers added to each request to a remote server. */
export const HeaderForward = z.strictObject({
  addPlaintextHeaders: z
    .record(z.string(), z.string())
    .optional()
    .describe("Headers with their values; nothing secret belongs here."),
  addHeadersFromSecret: listMap(SecretHeader, ["headerName"])
    .optional()
    .describe("Headers whose values are in Secrets."),
});
export type HeaderForward = z.infer<typeof HeaderForward>;
