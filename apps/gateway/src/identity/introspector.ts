import * as z from "zod";
import type { Cooldown } from "./cooldown.ts";
import type { IdpClient } from "./idp-client.ts";
import type { IdpWatch } from "./idp-watch.ts";

/** How opaque tokens are asked about (RFC 7662). */
interface IntrospectorOptions {
  readonly client: Pick<IdpClient, "post">;
  readonly url: string;
  /** By what the gateway identifies itself; without it the issuer must answer anybody. */
  readonly credentials: { readonly id: string; readonly secret: string } | undefined;
  /** Asked once failures are more than could be chance. */
  readonly cooldown: Cooldown;
  /** Questions under way at once. */
  readonly maxUnderWay: number;
  readonly monotonicMs: () => number;
  readonly watch: IdpWatch;
}

/** What an issuer says of a token. */
type Introspection =
  | { readonly kind: "active"; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly kind: "inactive" }
  | { readonly kind: "unavailable"; readonly retryAfterSeconds: number };

/** Failures in a row after which the issuer is left alone for a while. */
const FAILURES_TO_REST = 3;

const Answer = z.looseObject({ active: z.boolean() });

/** Asks an issuer about opaque tokens; while it fails, one request at a time finds out whether it is back. */
class Introspector {
  readonly #options: IntrospectorOptions;
  readonly #headers: Readonly<Record<string, string>>;
  #underWay = 0;

  constructor(options: IntrospectorOptions) {
    this.#options = options;
    this.#headers = options.credentials ? { authorization: basic(options.credentials) } : {};
  }

  /** Asks about one token. Never rejects. */
  async ask(token: string): Promise<Introspection> {
    const { client, url, cooldown, monotonicMs, watch } = this.#options;
    if (!this.#mayAsk()) return this.#unavailable();
    this.#underWay += 1;
    const answer = await client
      .post(url, { token, token_type_hint: "access_token" }, this.#headers)
      .finally(() => {
        this.#underWay -= 1;
      });
    const said = answer.ok ? Answer.safeParse(answer.value) : undefined;
    if (said?.success) {
      watch.asked("introspection", undefined);
      cooldown.answered(monotonicMs(), 0);
      return said.data.active ? { kind: "active", claims: said.data } : { kind: "inactive" };
    }
    watch.asked("introspection", answer.ok ? { kind: "unusable" } : answer.fault);
    cooldown.failed(monotonicMs());
    return this.#unavailable();
  }

  #mayAsk(): boolean {
    const { cooldown, maxUnderWay, monotonicMs } = this.#options;
    if (cooldown.failures < FAILURES_TO_REST) return this.#underWay < maxUnderWay;
    return this.#underWay === 0 && cooldown.isDue(monotonicMs());
  }

  #unavailable(): Introspection {
    const { cooldown, monotonicMs } = this.#options;
    return { kind: "unavailable", retryAfterSeconds: cooldown.waitSeconds(monotonicMs()) };
  }
}

/** HTTP Basic as OAuth 2.0 has it, where both parts are form-encoded first. */
function basic({ id, secret }: { readonly id: string; readonly secret: string }): string {
  const encoded = [id, secret].map((part) => new URLSearchParams([["", part]]).toString().slice(1));
  return `Basic ${Buffer.from(encoded.join(":")).toString("base64")}`;
}

export { Introspector, type Introspection, type IntrospectorOptions };
