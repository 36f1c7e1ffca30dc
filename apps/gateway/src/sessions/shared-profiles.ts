import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { ClientProfile } from "../backends/port.ts";

/** Different profiles that are remembered, to be shared by further clients of the same kind. */
const MAX_SHARED_PROFILES = 1_000;

/** Keeps equal texts of different clients once. */
class SharedProfiles {
  readonly #profiles = new LRUCache<string, ClientProfile>({ max: MAX_SHARED_PROFILES });

  /** An equal profile, which is the same object for equal ones. */
  of(profile: ClientProfile): ClientProfile {
    const { capabilities, clientInfo, headers } = profile;
    const text = JSON.stringify([capabilities, clientInfo, headers]);
    const key = createHash("sha256").update(text).digest("base64url");
    const known = this.#profiles.get(key);
    if (known !== undefined) return known;
    const own = {
      capabilities: ownCopy(capabilities),
      clientInfo: ownCopy(clientInfo),
      headers,
    };
    this.#profiles.set(key, own);
    return own;
  }
}

/** A copy without the body that a text was cut from, which would stay in memory with it. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

export { SharedProfiles };
