import { createHash } from "node:crypto";
import type { ClientProfile } from "../backends/port.ts";

/** Clients with equal capabilities and passed-through headers have the same key; no header's value can be read from it. */
function classKeyOf(profile: ClientProfile): string {
  const canonical = JSON.stringify([
    sorted(JSON.parse(profile.capabilities)),
    sorted(profile.headers),
  ]);
  return createHash("sha256").update(canonical).digest("base64url");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return ["array", ...value.map(sorted)];
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return ["object", ...members.map(([key, inner]) => [key, sorted(inner)])];
}

export { classKeyOf };
