import { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";
import { errorText, resultText } from "../rpc/reply.ts";

const RESULTS: ReadonlyMap<string, string> = new Map([
  ["ping", "{}"],
  ["roots/list", '{"roots":[]}'],
]);

/** The answer to a request of a backend where no client is behind the link: there are no roots, and nobody to ask. */
function ownAnswer({ id, method }: Message): string {
  const result = RESULTS.get(method);
  if (result !== undefined) return resultText(id, result);
  const what = "Nobody can answer this: the session only reads lists.";
  return errorText(id, new GatewayError("method-not-found", what));
}

export { ownAnswer };
