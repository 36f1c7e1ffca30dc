import { RedisError } from "./error.ts";
import type { RedisOptions } from "./options.ts";

const DEFAULT_PORT = 6379;

/**
 * Reads `redis://[user[:password]@]host[:port][/db]`, or `rediss://` for TLS; what is percent-encoded is decoded.
 * Throws a `RedisError` of code `invalid-options`, which does not repeat the address.
 */
export function redisOptionsFromUrl(url: string): RedisOptions {
  const parsed = URL.parse(url);
  if (parsed === null || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === "")
    throw invalid("it must look like redis://host:6379 or rediss://host:6379");
  const db = /^\/?(\d*)$/.exec(parsed.pathname)?.[1];
  if (db === undefined) throw invalid("what follows the host must be the number of a database");
  if (parsed.search !== "" || parsed.hash !== "") throw invalid("it has parts after ? or #");
  const host = parsed.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = parsed.port === "" ? DEFAULT_PORT : Number(parsed.port);
  return {
    topology: { kind: "single", host, port },
    db: Number(db),
    ...(parsed.username === "" ? {} : { username: decoded(parsed.username) }),
    ...(parsed.password === "" ? {} : { password: decoded(parsed.password) }),
    ...(parsed.protocol === "rediss:" ? { tls: {} } : {}),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("a % in user or password is not followed by two hexadecimal digits");
  }
}

function invalid(problem: string): RedisError {
  return new RedisError("invalid-options", `The URL of Redis cannot be read: ${problem}`);
}
