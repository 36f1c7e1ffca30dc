import { DuplicateKeyError, membersOf, nestsDeeper, type Span } from "../json/spans.ts";
import { splice } from "../json/splice.ts";
import { GatewayError } from "./errors.ts";

/** One JSON-RPC message in the text it came in. Nothing of it is rebuilt, so number lexemes and unknown fields survive. */
interface Message {
  readonly kind: "request" | "notification" | "response";
  readonly text: string;
  /** The id as it was written; empty for a notification. */
  readonly id: string;
  readonly idSpan: Span | undefined;
  /** Empty for a response. */
  readonly method: string;
  /** `params` (or, of a response, `result`), when it is an object. */
  readonly body: Span | undefined;
  /** For a response: whether it carries an error. */
  readonly failed: boolean;
}

/** The parsed JSON of a message, used only to look at; relaying uses the text. */
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Reads one message. Throws `parse-error` or `invalid-request`; the error's `id` is readable with `idOf` when there was one. */
function readMessage(text: string): Message {
  return messageOf(text, parseJson(text));
}

/** `JSON.parse` with the gateway's error. */
function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new GatewayError("parse-error", "Parse error: the body is not valid JSON.", { cause });
  }
}

/** The message in `text`, whose parsed value is `value`. Throws `invalid-request`. */
function messageOf(text: string, value: Json): Message {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw invalid("a message must be a JSON object");
  if (value["jsonrpc"] !== "2.0") throw invalid('"jsonrpc" must be "2.0"');
  const members = membersWithoutDuplicates(text);
  const { method, id } = value;
  const idSpan = members.get("id");
  if (method === undefined) return responseOf(text, value, members);
  if (typeof method !== "string" || method === "" || method.length > 256)
    throw invalid('"method" must be a string of 1 to 256 characters');
  // Some readers would take it for the answer to a request of theirs.
  if (members.has("result") || members.has("error"))
    throw invalid('a message with a "method" has neither "result" nor "error"');
  const params = members.get("params");
  if (params !== undefined && text.charCodeAt(params.start) !== 0x7b)
    throw invalid('"params" must be an object');
  if (idSpan === undefined)
    return { kind: "notification", text, id: "", idSpan, method, body: params, failed: false };
  if (!isId(id)) throw invalid('"id" must be a string or a number');
  return {
    kind: "request",
    text,
    id: text.slice(idSpan.start, idSpan.end),
    idSpan,
    method,
    body: params,
    failed: false,
  };
}

function responseOf(
  text: string,
  value: Record<string, Json>,
  members: Map<string, Span>,
): Message {
  const result = members.get("result");
  const error = members.get("error");
  const idSpan = members.get("id");
  if ((result === undefined) === (error === undefined))
    throw invalid('a message needs a "method", or exactly one of "result" and "error"');
  if (idSpan === undefined || !isId(value["id"]))
    throw invalid('a response needs the "id" of its request');
  return {
    kind: "response",
    text,
    id: text.slice(idSpan.start, idSpan.end),
    idSpan,
    method: "",
    body: result,
    failed: error !== undefined,
  };
}

/** The id in `text` as it was written, or `undefined` when there is none to be read. */
function idOf(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as Json;
    if (value === null || typeof value !== "object" || Array.isArray(value) || !isId(value["id"]))
      return undefined;
    // Whatever else is given twice, an id that is given once can be answered.
    const span = membersOf(text, 0, (key) => {
      if (key === "id") throw new DuplicateKeyError(key);
    }).get("id");
    return span && text.slice(span.start, span.end);
  } catch {
    return undefined;
  }
}

/** The text of a request or response with another id, given as JSON text. */
function withId({ text, idSpan }: Message, id: string): string {
  return idSpan === undefined ? text : splice(text, [{ span: idSpan, with: id }]);
}

/** A key under which two writings of the same id are one (`1` and `1.0`), and `1` and `"1"` are not. */
function idKey(id: string): string {
  const value = JSON.parse(id) as string | number;
  return typeof value === "number" ? `n${value}` : `s${value}`;
}

/** Throws `invalid-request` when the text nests arrays and objects deeper than `max`. */
function checkNesting(text: string, max: number): void {
  if (nestsDeeper(text, max))
    throw invalid(`arrays and objects may stand at most ${max} levels deep in each other`);
}

function membersWithoutDuplicates(text: string, from = 0): Map<string, Span> {
  try {
    return membersOf(text, from);
  } catch (error) {
    if (error instanceof DuplicateKeyError) throw invalid(error.message);
    throw error;
  }
}

function isId(value: Json | undefined): value is string | number {
  return typeof value === "number" || (typeof value === "string" && value.length <= 1024);
}

function invalid(why: string): GatewayError {
  return new GatewayError("invalid-request", `Invalid request: ${why}.`);
}

export {
  checkNesting,
  idKey,
  idOf,
  membersWithoutDuplicates,
  messageOf,
  parseJson,
  readMessage,
  type Json,
  type Message,
  withId,
};
