import type { Authenticator } from "./authenticator.ts";
import { withoutSlash } from "./claims.ts";
import { Cooldown } from "./cooldown.ts";
import { IdpClient } from "./idp-client.ts";
import type { IdpWatch } from "./idp-watch.ts";
import { Introspector } from "./introspector.ts";
import { KeyRing } from "./key-ring.ts";
import { KeySource } from "./key-source.ts";
import { OidcAuthenticator } from "./oidc-authenticator.ts";
import { VerdictCache } from "./verdict-cache.ts";

/** An issuer and what its tokens must be. */
interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly requiredScopes: readonly string[];
  /** How far the issuer's clock may be off. */
  readonly clockSkewMs: number;
  readonly jwksUrl: string | undefined;
  readonly introspectionUrl: string | undefined;
  /** By what the gateway identifies itself to the issuer. */
  readonly credentials: { readonly id: string; readonly secret: string } | undefined;
  readonly allowHttp: boolean;
  readonly allowPrivateAddress: boolean;
  /** PEM certificates to trust in place of the system's. */
  readonly ca: string | undefined;
  /** Reads the token that requests for metadata and keys carry. */
  readonly token?: (() => Promise<string>) | undefined;
}

/** The clocks and listeners of an authenticator. */
interface OidcWorld {
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonicMs: () => number;
  readonly watch: IdpWatch;
}

/** An authenticator and what can be read off it. */
interface OidcGate {
  readonly authenticator: Authenticator;
  /** Keys that are known, and milliseconds since they were last seen. */
  keys(): { readonly count: number; readonly ageMs: number | undefined };
  /** Tokens that are remembered. */
  remembered(): { readonly admitted: number; readonly refused: number };
}

/** For one request to the issuer. */
const IDP_TIMEOUT_MS = 5_000;
const KEYS_MAX_AGE_MS = 5 * 60_000;
/** How often keys are looked for at most that a token says to be signed with and nobody knows. */
const KEYS_REST_MS = 10_000;
const KEYS_MAX_WAIT_MS = 3_000;
const MAX_WAITING = 1_000;
const MAX_INTROSPECTIONS = 64;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/** Puts together what checks the tokens of one issuer. Nothing is asked of it yet. */
function oidcGate(settings: OidcSettings, world: OidcWorld): OidcGate {
  const issuer = withoutSlash(settings.issuer);
  const { wallMs, monotonicMs, watch } = world;
  const retries = { firstRetryMs: FIRST_RETRY_MS, maxRetryMs: MAX_RETRY_MS };
  const client = new IdpClient({
    allowHttp: settings.allowHttp,
    allowPrivate: settings.allowPrivateAddress,
    ca: settings.ca,
    token: settings.token,
    timeoutMs: IDP_TIMEOUT_MS,
  });
  const cache = new VerdictCache();
  const source = new KeySource({ client, issuer, jwksUrl: settings.jwksUrl, watch });
  const ring = new KeyRing({
    fetch: () => source.fetch(),
    cooldown: new Cooldown(retries),
    maxAgeMs: KEYS_MAX_AGE_MS,
    restMs: KEYS_REST_MS,
    maxWaitMs: KEYS_MAX_WAIT_MS,
    maxWaiting: MAX_WAITING,
    monotonicMs,
    changed: () => cache.clear(),
  });
  const introspector =
    settings.introspectionUrl === undefined
      ? undefined
      : new Introspector({
          client,
          url: settings.introspectionUrl,
          credentials: settings.credentials,
          cooldown: new Cooldown(retries),
          maxUnderWay: MAX_INTROSPECTIONS,
          monotonicMs,
          watch,
        });
  const rules = { ...settings, issuer };
  const close = (): Promise<void> => client.close();
  return {
    authenticator: new OidcAuthenticator({ rules, ring, introspector, cache, wallMs, close }),
    keys: () => ({ count: ring.current?.count ?? 0, ageMs: ring.ageMs }),
    remembered: () => cache.size,
  };
}

export { oidcGate, type OidcGate, type OidcSettings, type OidcWorld };
