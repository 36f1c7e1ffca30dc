import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { GatewayError } from "../rpc/errors.ts";

/** Reads a request body as text. Rejects with `too-large` over `maxBytes`, and with `parse-error` for what is not UTF-8. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const declared = Number(request.headers["content-length"]);
  if (declared > maxBytes) {
    reject(tooLarge(maxBytes));
    return promise;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) {
      request.pause();
      reject(tooLarge(maxBytes));
    } else chunks.push(chunk);
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
