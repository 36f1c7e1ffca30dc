import {
  atomicList,
  boundedText,
  requiredWithDefault,
  type Rule,
  withRules,
} from "@headgate/kube-schema";
import * as z from "zod";
import { DurationText } from "../../gateway-config/duration-text.ts";
import { SecretKeyRef } from "../blocks/reference.ts";

/** Clients that are known by a document at a URL of theirs. */
export const ClientIdMetadata = z.strictObject({
  enabled: requiredWithDefault(z.boolean(), false).describe("Whether such clients are accepted."),
  cacheMaxSize: z.int().min(1).optional().describe("Documents kept; 256 when omitted."),
  cacheFallbackTtl: DurationText.optional().describe(
    "Time a document is kept that does not say; 5m when omitted.",
  ),
});
export type ClientIdMetadata = z.infer<typeof ClientIdMetadata>;

const fields = z.strictObject({
  clientId: boundedText(256).min(1).describe("Id of the client."),
  clientSecretRef: SecretKeyRef.describe("Its secret."),
  audiences: atomicList(boundedText(2_048).min(1))
    .min(1)
    .max(10)
    .describe("Audiences it may ask tokens for."),
  scopes: atomicList(boundedText(256).min(1)).min(1).max(10).describe("Scopes it may ask for."),
});

const secretRule: Rule<z.infer<typeof fields>> = {
  cel: "has(self.clientSecretRef) && size(self.clientSecretRef.name) > 0 && size(self.clientSecretRef.key) > 0",
  message: "clientSecretRef.name and clientSecretRef.key are required and must be non-empty",
  holds: ({ clientSecretRef: { name, key } }) => name !== "" && key !== "",
};

/** A client that may exchange people's tokens for others. */
export const DelegateClient = withRules(fields, [secretRule]);
export type DelegateClient = z.infer<typeof DelegateClient>;
