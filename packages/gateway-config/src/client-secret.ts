import type { OidcVerification } from "@headgate/api";
import { type Env, variable } from "./variables.ts";

/** The variable that the reference reads, whatever its configuration names. */
const FALLBACK_VARIABLE = "TOOLHIVE_OIDC_CLIENT_SECRET";

/** The secret by which the gateway identifies itself to the issuer; undefined when none is set. */
function clientSecretOf(
  { clientSecretEnv }: { readonly [Key in "clientSecretEnv"]?: OidcVerification[Key] },
  env: Env,
): string | undefined {
  const named = clientSecretEnv === undefined ? undefined : variable(env, clientSecretEnv);
  const secret = named === undefined || named === "" ? variable(env, FALLBACK_VARIABLE) : named;
  return secret === "" ? undefined : secret;
}

export { clientSecretOf, FALLBACK_VARIABLE };
