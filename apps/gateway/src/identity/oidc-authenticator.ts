import type { Authenticator } from "./authenticator.ts";
import { isToken68, readBearer } from "./bearer.ts";
import {
  claimsRefusal,
  endOf,
  hasScopes,
  introspectedRefusal,
  subjectOf,
  type Claims,
  type TokenRules,
} from "./claims.ts";
import type { Introspector } from "./introspector.ts";
import type { KeyRing } from "./key-ring.ts";
import { formOf, type UnverifiedJwt } from "./unverified-jwt.ts";
import { userKeyOf } from "./user-key.ts";
import type { VerdictCache } from "./verdict-cache.ts";
import { admission, refusal, type Verdict } from "./verdict.ts";

/** What tokens are checked with. */
interface OidcAuthenticatorOptions {
  readonly rules: TokenRules;
  readonly ring: Pick<KeyRing, "current" | "keepUp" | "renew" | "retryAfterSeconds">;
  /** Without one, opaque tokens are refused. */
  readonly introspector: Pick<Introspector, "ask"> | undefined;
  readonly cache: VerdictCache;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  close(): Promise<void>;
}

/** What was found out about a token, and until when it holds; not remembered when it holds for now only. */
interface Finding {
  readonly verdict: Verdict;
  readonly untilMs: number | undefined;
}

/** How long a token that its issuer does not know, or did not sign, is refused without a further look. */
const REFUSED_MS = 30_000;
/** How long what an issuer said of an opaque token is believed: it may be withdrawn at any time. */
const BELIEVED_MS = 60_000;
/** How long a stream that was opened with an opaque token goes on without another look at it. */
const OPAQUE_STREAM_MS = 3_600_000;

/** Takes bearer tokens of one issuer: signed ones by its keys, opaque ones by asking it. */
class OidcAuthenticator implements Authenticator {
  readonly #options: OidcAuthenticatorOptions;
  /** By token hash, so that many requests with one new token cost one check. */
  readonly #underWay = new Map<string, Promise<Verdict>>();

  constructor(options: OidcAuthenticatorOptions) {
    this.#options = options;
  }

  authenticate(authorization: string | undefined): Verdict | Promise<Verdict> {
    const { ring, cache, wallMs } = this.#options;
    ring.keepUp();
    const bearer = readBearer(authorization);
    if (bearer.reason !== undefined) return refusal(bearer.reason);
    const key = cache.keyOf(bearer.token);
    return cache.get(key, wallMs()) ?? this.#underWay.get(key) ?? this.#judge(bearer.token, key);
  }

  warm(): void {
    this.#options.ring.keepUp();
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  #judge(token: string, key: string): Verdict | Promise<Verdict> {
    const { rules, introspector, wallMs } = this.#options;
    const form = formOf(token);
    if (form.kind === "wrong") return refusal(form.reason);
    if (form.kind === "opaque") {
      if (introspector === undefined || !isToken68(token)) return refusal("malformed");
      return this.#once(key, () => this.#introspect(introspector, token));
    }
    // First what nobody has to be asked for: a token that is wrong in itself never costs the issuer anything.
    const wrong = claimsRefusal(form.jwt.claims, rules, wallMs());
    return wrong === undefined
      ? this.#once(key, () => this.#verify(token, form.jwt))
      : refusal(wrong);
  }

  #once(key: string, find: () => Promise<Finding>): Promise<Verdict> {
    const verdict = find()
      .then(({ verdict: found, untilMs }) => {
        if (untilMs !== undefined) this.#options.cache.keep(key, found, untilMs);
        return found;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, verdict);
    return verdict;
  }

  async #verify(token: string, jwt: UnverifiedJwt): Promise<Finding> {
    const { ring, rules, wallMs } = this.#options;
    let keys = ring.current;
    let check = (await keys?.check(token, jwt)) ?? "unknown-key";
    if (check === "unknown-key") {
      if ((await ring.renew()) === "unavailable")
        return forNow(refusal("unavailable", ring.retryAfterSeconds));
      if (ring.current !== keys) {
        keys = ring.current;
        check = (await keys?.check(token, jwt)) ?? "unknown-key";
      }
    }
    if (check === "unknown-key") return forNow(refusal("unknown-key"));
    const untilMs = check === "wrong" ? wallMs() + REFUSED_MS : endOf(jwt.claims, rules);
    const verdict =
      check === "wrong" ? refusal("signature") : this.#letIn(jwt.claims, untilMs ?? 0);
    // Keys that were replaced meanwhile say nothing about what comes later.
    return keys?.identity === ring.current?.identity ? { verdict, untilMs } : forNow(verdict);
  }

  async #introspect(introspector: Pick<Introspector, "ask">, token: string): Promise<Finding> {
    const { rules, wallMs } = this.#options;
    const said = await introspector.ask(token);
    if (said.kind === "unavailable") return forNow(refusal("unavailable", said.retryAfterSeconds));
    const nowMs = wallMs();
    const wrong =
      said.kind === "inactive" ? "inactive" : introspectedRefusal(said.claims, rules, nowMs);
    if (said.kind === "inactive" || wrong !== undefined)
      return { verdict: refusal(wrong ?? "inactive"), untilMs: nowMs + REFUSED_MS };
    const endMs = endOf(said.claims, rules) ?? Infinity;
    return {
      verdict: this.#letIn(said.claims, Math.min(endMs, nowMs + OPAQUE_STREAM_MS)),
      untilMs: Math.min(endMs, nowMs + BELIEVED_MS),
    };
  }

  #letIn(claims: Claims, untilMs: number): Verdict {
    const { rules } = this.#options;
    if (!hasScopes(claims, rules)) return refusal("scope");
    const userKey = userKeyOf(rules.issuer, subjectOf(claims) ?? "");
    return admission({ kind: "user", userKey }, untilMs);
  }
}

function forNow(verdict: Verdict): Finding {
  return { verdict, untilMs: undefined };
}

export { OidcAuthenticator, type OidcAuthenticatorOptions };
