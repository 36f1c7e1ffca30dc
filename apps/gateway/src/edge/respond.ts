import type { ServerResponse } from "node:http";
import type { GatewayError } from "../rpc/errors.ts";
import { errorText } from "../rpc/reply.ts";
import { cutOffIfStuck } from "../sessions/slow-reader.ts";

/** Sends a JSON text as the whole response. Nothing happens when the client is gone or was answered. */
function sendJson(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response
    .writeHead(status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      ...headers,
    })
    .end(text);
  cutOffIfStuck(response);
}

/** Sends an error as the whole response, with the request's id when it could be read. */
function sendError(
  response: ServerResponse,
  error: GatewayError,
  id?: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const closing = error.code === "too-large" ? { connection: "close" } : {};
  sendJson(response, error.httpStatus, errorText(id, error), { ...closing, ...headers });
}

/** Sends a status without a body. */
function sendEmpty(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status, { "content-length": 0 }).end();
}

export { sendEmpty, sendError, sendJson };
