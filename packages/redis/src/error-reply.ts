import { RedisError, type RedisErrorCode } from "./error.ts";

/** The first word of an error reply, for those that Redis gives before it executes anything. */
const codes: Readonly<Record<string, RedisErrorCode>> = {
  NOSCRIPT: "no-script",
  READONLY: "read-only",
  MOVED: "redirected",
  ASK: "redirected",
  TRYAGAIN: "redirected",
  CROSSSLOT: "redirected",
  CLUSTERDOWN: "cluster-down",
  LOADING: "loading",
  MASTERDOWN: "primary-down",
  OOM: "out-of-memory",
  BUSY: "busy",
  MISCONF: "write-refused",
  NOREPLICAS: "write-refused",
  NOAUTH: "unauthenticated",
  WRONGPASS: "unauthenticated",
  NOPERM: "forbidden",
};

const LONGEST_TEXT = 200;

/** What an error reply of Redis means; `reply` is its text without the leading dash. */
export function errorOfReply(reply: string): RedisError {
  const word = /^[A-Z]+(?= |$)/.exec(reply)?.[0];
  const code = word === undefined ? undefined : codes[word];
  return new RedisError(code ?? "error-reply", `Redis answered: ${withoutArguments(reply)}`);
}

// "ERR unknown command 'X', with args beginning with: …" repeats what was sent.
function withoutArguments(reply: string): string {
  const text = reply.replace(/, with args beginning with.*$/s, "");
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
