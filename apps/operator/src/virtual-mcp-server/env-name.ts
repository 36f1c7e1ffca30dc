import { createHash } from "node:crypto";

/** A name as a part of the name of an environment variable: `my-config` becomes `MY_CONFIG`. */
export function envPart(name: string): string {
  const part = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
  // Names that differ only in what becomes an underscore must not share a variable.
  const isPlain = /^[A-Za-z0-9-]*$/.test(name);
  if (isPlain) return part;
  return `${part}_${createHash("sha256").update(name).digest("hex").slice(0, 8).toUpperCase()}`;
}
