import type { GatewayConfig } from "@headgate/api";
import {
  FALLBACK_VARIABLE,
  PREVIOUS_SESSION_KEY,
  REDIS_PASSWORD,
  SENTINEL_PASSWORD,
  SESSION_KEY,
} from "@headgate/gateway-config";
import { isSensitiveName } from "./redact.ts";

/** A part of a value that is shorter may be an ordinary word, such as the scheme of a credential. */
const MIN_PART = 8;

/**
 * The values of a configuration that must never be shown: headers that are sent to backends, the secret
 * shown to the issuer of tokens, the passwords of Redis, the keys of what is kept there, and variables of child processes whose name says that they
 * are a credential.
 */
function secretsOf(
  config: Pick<GatewayConfig, "backends" | "incomingAuth" | "outgoingAuth">,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const { backends = [], incomingAuth, outgoingAuth } = config;
  const client = [incomingAuth?.oidc?.clientSecretEnv ?? "", FALLBACK_VARIABLE].map(
    (name) => env[name],
  );
  const strategies = [outgoingAuth?.default, ...Object.values(outgoingAuth?.backends ?? {})];
  const injected = strategies.flatMap((strategy) => {
    const { headerValue, headerValueEnv } = strategy?.headerInjection ?? {};
    return [headerValue, headerValueEnv === undefined ? undefined : env[headerValueEnv]];
  });
  const headers = backends.flatMap((backend) => Object.values(backend.headers ?? {}));
  const variables = backends
    .flatMap((backend) => Object.entries(backend.env ?? {}))
    .flatMap(([name, value]) => (isSensitiveName(name) ? [value] : []));
  const ofStorage = [REDIS_PASSWORD, SENTINEL_PASSWORD, SESSION_KEY, PREVIOUS_SESSION_KEY].map(
    (name) => env[name],
  );
  const values = [...client, ...ofStorage, ...injected, ...headers, ...variables];
  return values.flatMap((value) => (value === undefined ? [] : partsOf(value)));
}

/** A value as a whole, and its words: whoever repeats `Bearer abc…` may leave out the first. */
function partsOf(value: string): string[] {
  return [value, ...value.split(/\s+/).filter((part) => part.length >= MIN_PART)];
}

export { secretsOf };
