import type { IncomingHttpHeaders } from "node:http";

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** Picks the headers to pass through out of a request's. */
function passthroughOf(
  names: readonly string[],
): (headers: IncomingHttpHeaders) => Readonly<Record<string, string>> {
  const wanted = names.map((name) => name.toLowerCase());
  if (wanted.length === 0) return () => NONE;
  return (headers) => {
    const found: Record<string, string> = {};
    for (const name of wanted) {
      const value = headers[name];
      if (value !== undefined) found[name] = Array.isArray(value) ? value.join(", ") : value;
    }
    return found;
  };
}

export { passthroughOf };
