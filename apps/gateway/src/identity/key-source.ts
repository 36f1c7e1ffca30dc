import * as z from "zod";
import { withoutSlash } from "./claims.ts";
import type { IdpAnswer, IdpClient, IdpFault } from "./idp-client.ts";
import type { IdpRequest, IdpWatch } from "./idp-watch.ts";
import { readKeys, type PublishedKeys } from "./published-keys.ts";

/** Where an issuer's keys are to be had. */
interface KeySourceOptions {
  readonly client: Pick<IdpClient, "get">;
  /** Without a slash at the end. */
  readonly issuer: string;
  /** Known beforehand; discovered otherwise. */
  readonly jwksUrl: string | undefined;
  readonly watch: IdpWatch;
}

/** What was read from an identity provider, or why it could not be. */
type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: IdpFault };

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.string() });

/** Fetches the keys of one issuer. Where they are is discovered again after every failure. */
class KeySource {
  readonly #options: KeySourceOptions;
  #place: string | undefined;

  constructor(options: KeySourceOptions) {
    this.#options = options;
    this.#place = options.jwksUrl;
  }

  /** The keys as they are published now. Never rejects. */
  async fetch(): Promise<Read<PublishedKeys>> {
    const { client, jwksUrl } = this.#options;
    const place = this.#place === undefined ? await this.#discover() : this.#found(this.#place);
    if (!place.ok) return place;
    const keys = this.#read("keys", await client.get(place.value), readKeys);
    this.#place = keys.ok ? place.value : jwksUrl;
    return keys;
  }

  async #discover(): Promise<Read<string>> {
    const { client, issuer } = this.#options;
    const answer = await client.get(`${issuer}/.well-known/openid-configuration`);
    return this.#read("discovery", answer, (value) => {
      const document = Discovery.safeParse(value);
      // A document of another issuer must not say where the keys of this one are.
      const isOwn = document.success && withoutSlash(document.data.issuer) === issuer;
      return isOwn ? document.data.jwks_uri : undefined;
    });
  }

  #found(place: string): Read<string> {
    return { ok: true, value: place };
  }

  /** An answer in its form; one in no form at all is a fault too. */
  #read<Value>(
    request: IdpRequest,
    answer: IdpAnswer,
    form: (value: unknown) => Value | undefined,
  ): Read<Value> {
    const value = answer.ok ? form(answer.value) : undefined;
    const read: Read<Value> =
      value !== undefined
        ? { ok: true, value }
        : { ok: false, fault: answer.ok ? { kind: "unusable" } : answer.fault };
    this.#options.watch.asked(request, read.ok ? undefined : read.fault);
    return read;
  }
}

export { KeySource, type KeySourceOptions, type Read };
