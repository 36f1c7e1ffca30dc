import { type ApiClient, keyOf, type KubeObject } from "@headgate/controller";
import { type Secret, secrets } from "../cluster/built-in.ts";
import type { ContentMemory } from "./content-memory.ts";
import { HMAC_KEY } from "./objects/container.ts";
import { versionOf } from "./observe.ts";

const SECRET_BYTES = 32;

interface Known {
  readonly version: string;
  readonly bytes: Buffer;
}

/** What the secrets of servers are read and made with. */
export interface OwnSecretsParts {
  readonly client: Pick<ApiClient, "get">;
  /** So many bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Buffer;
  /** Told of every version that was seen, so that it need not read it too. */
  readonly memory: Pick<ContentMemory, "learn">;
}

/**
 * The Secrets that servers have of their own: each version is read once, and one that was written here is not read at
 * all. No other content of a Secret is held.
 */
export class OwnSecrets {
  readonly #parts: OwnSecretsParts;
  readonly #known = new Map<string, Known>();

  constructor(parts: OwnSecretsParts) {
    this.#parts = parts;
  }

  /** The content of a Secret that exists; new content when it does not, or has none that can be used. */
  async bytesOf(held: KubeObject | undefined, signal: AbortSignal): Promise<Buffer> {
    const { client, randomBytes } = this.#parts;
    if (held === undefined) return randomBytes(SECRET_BYTES);
    const { namespace = "", name = "" } = held.metadata;
    const known = this.#known.get(keyOf(held.metadata));
    if (known?.version === versionOf(held.metadata)) return known.bytes;
    const found = await client.get(secrets, { namespace, name }, signal);
    return (found && this.learn(found)) ?? randomBytes(SECRET_BYTES);
  }

  /** Takes note of a Secret as the API server has it; answers its content if that can be used. */
  learn(secret: Secret): Buffer | undefined {
    const bytes = bytesIn(secret);
    if (bytes === undefined) return undefined;
    this.#known.set(keyOf(secret.metadata), { version: versionOf(secret.metadata), bytes });
    this.#parts.memory.learn(secret, bytes);
    return bytes;
  }

  /** Forgets the Secret of a server that is gone. */
  forget(namespace: string, name: string): void {
    this.#known.delete(keyOf({ namespace, name }));
  }
}

function bytesIn({ data }: Secret): Buffer | undefined {
  const text = Buffer.from(data?.[HMAC_KEY] ?? "", "base64").toString("utf8");
  const bytes = Buffer.from(text, "base64");
  return bytes.length === SECRET_BYTES ? bytes : undefined;
}
