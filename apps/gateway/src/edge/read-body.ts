import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { GatewayError } from "../rpc/errors.ts";

/** How much of a body that is too large is still taken and dropped, as a multiple of the limit. */
const DROPPED = 4;

/** Reads a request body as text. Rejects with `too-large` over `maxBytes`, and with `parse-error` for what is not UTF-8. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const refuse = (): void => reject(tooLarge(maxBytes));
  if (Number(request.headers["content-length"]) > maxBytes) refuse();
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) return void chunks.push(chunk);
    chunks.length = 0;
    refuse();
    // A client that still sends when the connection is closed would not get to see the refusal.
    if (size > DROPPED * maxBytes) request.destroy();
  });
  request.once("end", () => {
    const [first] = chunks;
    const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
    if (isUtf8(body)) resolve(body.toString("utf8"));
    else reject(new GatewayError("parse-error", "Parse error: the body is not valid UTF-8."));
  });
  request.once("error", (cause) =>
    reject(new GatewayError("invalid-request", "The request broke off.", { cause })),
  );
  return promise;
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError(
    "too-large",
    `The body is larger than the ${maxBytes} bytes that this gateway takes (operational.limits.maxBodyBytes).`,
  );
}

export { readBody };
