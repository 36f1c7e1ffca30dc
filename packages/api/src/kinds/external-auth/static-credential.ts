import * as z from "zod";
import { SecretKeyRef } from "../blocks/reference.ts";

/** One header, the same for every caller. */
export const HeaderInjectionAuth = z.strictObject({
  headerName: z.string().min(1).describe("Name of the header."),
  valueSecretRef: SecretKeyRef.describe("Where its value is."),
});
export type HeaderInjectionAuth = z.infer<typeof HeaderInjectionAuth>;

/** One bearer token, the same for every caller. */
export const BearerTokenAuth = z.strictObject({
  tokenSecretRef: SecretKeyRef.describe("Where the token is."),
});
export type BearerTokenAuth = z.infer<typeof BearerTokenAuth>;

/** The token that an upstream provider issued to the caller. */
export const UpstreamInjectAuth = z.strictObject({
  providerName: z.string().min(1).describe("Upstream provider whose token is passed on."),
});
export type UpstreamInjectAuth = z.infer<typeof UpstreamInjectAuth>;
