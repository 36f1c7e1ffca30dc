import { createHash, createHmac } from "node:crypto";
import type { ApiClient, KubeObject } from "@headgate/controller";
import { configMaps, type Secret, secrets } from "../cluster/built-in.ts";
import type { Contents, Digests } from "./contents.ts";
import type { KeyRef } from "./needs.ts";
import { versionOf } from "./observe.ts";

/** The objects of a namespace whose content matters, by name, as far as they are there. */
export interface ContentNames {
  readonly secrets: ReadonlyMap<string, KubeObject>;
  readonly configMaps: ReadonlyMap<string, KubeObject>;
}

interface Remembered {
  readonly version: string;
  readonly digests: Digests;
}

/**
 * Knows which keys Secrets and ConfigMaps have, and notices when their content changes; the content itself is
 * read once for each version, and not kept. Digests of Secrets are made with a secret key: nobody who reads one
 * in an annotation can try out passwords on it.
 */
export class ContentMemory {
  readonly #client: Pick<ApiClient, "get">;
  readonly #remembered = new Map<string, Remembered>();

  constructor(client: Pick<ApiClient, "get">) {
    this.#client = client;
  }

  /** What is known of objects that exist; reads those that are new or changed. */
  async read(names: ContentNames, key: Buffer, signal: AbortSignal): Promise<Contents> {
    const [ofSecrets, ofConfigMaps] = await Promise.all([
      this.#readAll([...names.secrets.values()], (object) => this.#secret(object, key, signal)),
      this.#readAll([...names.configMaps.values()], (object) => this.#configMap(object, signal)),
    ]);
    return { secrets: ofSecrets, configMaps: ofConfigMaps };
  }

  async #readAll(
    objects: readonly KubeObject[],
    read: (object: KubeObject) => Promise<Digests | undefined>,
  ): Promise<ReadonlyMap<string, Digests>> {
    const entries = await Promise.all(
      objects.map(async (object) => [object.metadata.name ?? "", await read(object)] as const),
    );
    return new Map(
      entries.flatMap(([name, found]) => (found === undefined ? [] : [[name, found]])),
    );
  }

  /** Takes note of a Secret that was read or written elsewhere, so that it need not be read for this key. */
  learn({ metadata, data }: Secret, key: Buffer): void {
    const { namespace = "", name = "" } = metadata;
    const id = `${groupOf(key)}/${namespace}/${name}`;
    this.#remembered.set(id, { version: versionOf(metadata), digests: secretDigests(data, key) });
  }

  #secret(object: KubeObject, key: Buffer, signal: AbortSignal): Promise<Digests | undefined> {
    return this.#known(groupOf(key), object, async (name) => {
      const found = await this.#client.get(secrets, name, signal);
      return found && secretDigests(found.data, key);
    });
  }

  #configMap(object: KubeObject, signal: AbortSignal): Promise<Digests | undefined> {
    return this.#known("configmaps", object, async (name) => {
      const found = await this.#client.get(configMaps, name, signal);
      return found && digests(found.data, (id, value) => sha256(id, value));
    });
  }

  async #known(
    group: string,
    { metadata }: KubeObject,
    read: (name: { namespace: string; name: string }) => Promise<Digests | undefined>,
  ): Promise<Digests | undefined> {
    const { namespace = "", name = "" } = metadata;
    const id = `${group}/${namespace}/${name}`;
    const version = versionOf(metadata);
    const known = this.#remembered.get(id);
    if (known?.version === version) return known.digests;
    const found = await read({ namespace, name });
    if (found === undefined) this.#remembered.delete(id);
    else this.#remembered.set(id, { version, digests: found });
    return found;
  }
}

function digests(
  data: Readonly<Record<string, string>> | undefined,
  digest: (key: string, value: string) => string,
): Digests {
  return new Map(Object.entries(data ?? {}).map(([key, value]) => [key, digest(key, value)]));
}

function secretDigests(data: Secret["data"], key: Buffer): Digests {
  return digests(data, (id, value) => hmac(key, id, value));
}

// Which key Secrets are digested with, without telling it.
function groupOf(key: Buffer): string {
  return `secrets/${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
}

const DIGITS = 32;

function hmac(key: Buffer, id: KeyRef["key"], value: string): string {
  return createHmac("sha256", key)
    .update(JSON.stringify([id, value]))
    .digest("hex")
    .slice(0, DIGITS);
}

function sha256(id: string, value: string): string {
  return createHash("sha256")
    .update(JSON.stringify([id, value]))
    .digest("hex")
    .slice(0, DIGITS);
}
