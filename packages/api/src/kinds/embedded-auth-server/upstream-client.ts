import { atomicList } from "@headgate/kube-schema";
import * as z from "zod";
import { SecretKeyRef } from "../blocks/reference.ts";

const MAX_PARAMETERS = 16;

/** What the authorization server is as a client of any provider. */
export const upstreamClient = {
  clientSecretRef: SecretKeyRef.optional().describe("Client secret at the provider."),
  redirectUri: z
    .string()
    .optional()
    .describe("Where the provider sends people back to; `/oauth/callback` when omitted."),
  scopes: atomicList(z.string()).optional().describe("Scopes asked of the provider."),
  additionalAuthorizationParams: z
    .record(z.string(), z.string())
    .refine((parameters) => Object.keys(parameters).length <= MAX_PARAMETERS, {
      error: `at most ${MAX_PARAMETERS} parameters`,
    })
    .meta({ maxProperties: MAX_PARAMETERS })
    .optional()
    .describe("Further parameters of the authorization request."),
};
