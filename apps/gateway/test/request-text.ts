import { readMessage, type Message } from "../src/rpc/message.ts";

/** A request whose `params` are JSON text; without them it has none. */
function request(method: string, params?: string, id = "1"): Message {
  const rest = params === undefined ? "" : `,"params":${params}`;
  return readMessage(`{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)}${rest}}`);
}

export { request };
