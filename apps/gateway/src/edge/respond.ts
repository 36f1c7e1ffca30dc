import type { ServerResponse } from "node:http";
import type { GatewayError } from "../rpc/errors.ts";
import { errorText } from "../rpc/reply.ts";
import { EVENT_STREAM_HEADERS } from "../sessions/event-stream.ts";
import { cutOffIfStuck } from "../sessions/slow-reader.ts";
import type { Accepted } from "./media-types.ts";

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

/** What a response says beside its answer. */
interface AnswerForm {
  /** 200 when omitted. */
  readonly httpStatus?: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Sends the answer to a request in the form that the client takes: as JSON, or as a stream of this one event. With a
 * status other than 200 it is JSON in any case.
 */
function sendAnswer(
  response: ServerResponse,
  takes: Accepted,
  text: string,
  { httpStatus = 200, headers = {} }: AnswerForm = {},
): void {
  if (takes.json || httpStatus !== 200) return sendJson(response, httpStatus, text, headers);
  if (response.headersSent || response.destroyed) return;
  const data = text.split(/\r\n|\r|\n/).join("\ndata: ");
  response
    .writeHead(200, { ...EVENT_STREAM_HEADERS, ...headers })
    .end(`event: message\ndata: ${data}\n\n`);
  cutOffIfStuck(response);
}

/** Sends an error as the whole response, with the request's id when it could be read. */
function sendError(
  response: ServerResponse,
  error: GatewayError,
  id?: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(response, error.httpStatus, errorText(id, error), headers);
}

/** Sends a status without a body. */
function sendEmpty(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status, { "content-length": 0 }).end();
}

/** Seconds after which a request that was refused may be made again. */
function retryAfter({ data }: GatewayError): string {
  const seconds = data?.["retryAfterSeconds"];
  return typeof seconds === "number" ? String(seconds) : "5";
}

export { retryAfter, sendAnswer, sendEmpty, sendError, sendJson, type AnswerForm };
