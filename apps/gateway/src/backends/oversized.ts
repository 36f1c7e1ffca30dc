import type { GatewayError } from "../rpc/errors.ts";
import { idKey } from "../rpc/message.ts";
import { backendError } from "./backend-error.ts";
import type { Pending } from "./pending-requests.ts";

/** A message that was too large to be held: what is known of it. */
interface Oversized {
  readonly maxBytes: number;
  /** Its first and last few hundred characters, where the channel could keep them. */
  readonly head: string;
  readonly tail: string;
}

const ID = String.raw`("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)`;
const ID_FIRST = new RegExp(
  String.raw`^\s*\{\s*"jsonrpc"\s*:\s*"2\.0"\s*,\s*"id"\s*:\s*${ID}\s*,\s*"(?:result|error)"`,
);
const ID_LAST = new RegExp(String.raw`,\s*"id"\s*:\s*${ID}\s*\}\s*$`);

/**
 * The request whose answer was too large. Servers write the id first or last, so the ends of the
 * message mostly tell; where they do not, a request that waits alone is taken to be the one.
 */
function askerOfOversized(
  { head, tail }: Oversized,
  pending: readonly Pending[],
): Pending | undefined {
  const id = ID_FIRST.exec(head)?.[1] ?? ID_LAST.exec(tail)?.[1];
  if (id === undefined) return pending.length === 1 ? pending[0] : undefined;
  const key = idKey(id);
  return pending.find((candidate) => idKey(candidate.id) === key);
}

/** What the asker is told. */
function oversizedError(backend: string, { maxBytes }: Oversized): GatewayError {
  return backendError(
    "result-too-large",
    backend,
    `sent an answer of more than ${maxBytes} bytes, which is as much as the gateway holds`,
  );
}

export { askerOfOversized, oversizedError, type Oversized };
