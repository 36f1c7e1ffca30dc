import type { RawAnswer } from "./raw-answer.ts";
import type { Outcome } from "./raw-exchange.ts";
import type { FuzzRequest } from "./valid-requests.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** Statuses with which a request is refused before its body is looked at. */
const BEFORE_THE_BODY = new Set([403, 404, 405, 406, 408, 413, 415, 417, 431]);
/** Headers that say where a body ends or what becomes of the connection; with odd ones of these, closing is an answer. */
const FRAMING = new Set(["content-length", "transfer-encoding", "connection", "upgrade", "expect"]);

/** Characters that no header may hold. */
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** What no answer may show: stacks, files, and where backends are. */
const LEAKS: readonly RegExp[] = [
  /\bat .{0,200}:\d+:\d+/,
  /node_modules|node:internal|file:\/\/|main\.js/,
  /(?<![\w.])127\.0\.0\.1:\d/,
  /E(?:CONN|PIPE|NOENT|PERM|ACCES)[A-Z]*\b/,
  /UND_ERR/,
  /(?:Type|Range|Reference|Syntax)Error/,
];

/** Whether a request says where its body ends in a way that every server understands. */
export function isFramedOddly({ headers, method }: FuzzRequest): boolean {
  return (
    method === "CONNECT" ||
    headers.filter(([name]) => name.toLowerCase() === "host").length !== 1 ||
    headers.some(([name, value]) => FRAMING.has(name.toLowerCase()) || NO_VALUE.test(value))
  );
}

/** Whether the Host header is none at all, which is refused before anything else is looked at. */
function hasNoHost({ headers }: FuzzRequest): boolean {
  const host = headers.find(([name]) => name === "host")?.[1] ?? "";
  return !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`);
}

/** Everything wrong with how a request was answered. */
export function complaints(request: FuzzRequest, outcome: Outcome): string[] {
  if (outcome.kind === "hung") return ["no answer in time"];
  if (outcome.kind === "malformed") return [`no HTTP: ${outcome.what}`];
  if (outcome.kind === "closed") return isFramedOddly(request) ? [] : ["closed without an answer"];
  const { answer } = outcome;
  const text = answer.body.toString("utf8");
  const found = LEAKS.filter((leak) => leak.test(text)).map((leak) => `shows ${String(leak)}`);
  if (answer.status >= 500 && answer.status !== 503) found.push(`status ${answer.status}`);
  if (!Buffer.from(text).equals(answer.body)) found.push("a body that is not UTF-8");
  const messages = messagesIn(request, answer, text);
  if ("complaint" in messages) return [...found, messages.complaint];
  if (isMcp(request) && !isFramedOddly(request) && !hasNoHost(request))
    found.push(...aboutIds(request, answer, messages.all));
  if (request.kind === "valid") found.push(...aboutSuccess(answer, messages.all));
  return found;
}

function isMcp({ method, path, body }: FuzzRequest): boolean {
  return method === "POST" && path === "/mcp" && body !== undefined;
}

type Messages = { all: JsonObject[] } | { complaint: string };

function messagesIn({ path, method }: FuzzRequest, answer: RawAnswer, text: string): Messages {
  const type = answer.headers.get("content-type") ?? "";
  const texts = type.startsWith("text/event-stream") ? eventData(text) : [text];
  if (method === "HEAD" || text === "" || !/^(?:application\/json|text\/event-stream)/.test(type))
    return { all: [] };
  const all: JsonObject[] = [];
  for (const each of texts) {
    const value = parsed(each);
    if (!isObject(value)) return { complaint: `an answer that is no JSON object: ${each}` };
    if (path === "/mcp" && !isJsonRpc(value)) return { complaint: `no JSON-RPC: ${each}` };
    all.push(value);
  }
  return { all };
}

/** Whole events only: a stream that goes on is cut where the answer was taken. */
function eventData(text: string): string[] {
  const events = text.split("\n\n").slice(0, -1);
  return events
    .map((event) =>
      event
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trimStart())
        .join("\n"),
    )
    .filter((data) => data !== "");
}

function isJsonRpc(value: JsonObject): boolean {
  if (value["jsonrpc"] !== "2.0") return false;
  if (typeof value["method"] === "string") return true;
  const { error } = value;
  if ("result" in value) return !("error" in value) && "id" in value;
  return isObject(error) && Number.isInteger(error["code"]) && typeof error["message"] === "string";
}

function aboutIds({ body }: FuzzRequest, { status }: RawAnswer, all: JsonObject[]) {
  if (body === undefined || !isUtf8Json(body)) return [];
  const text = body.toString("utf8");
  const value = parsed(text);
  // Where a message has two ids nobody knows which one is meant.
  const ids = text.match(/"id"\s*:/g)?.length ?? 0;
  if (ids > (Array.isArray(value) ? value.length : 1)) return [];
  if (status === 200 && Array.isArray(value)) return aboutBatch(value, all);
  const id = isObject(value) ? readableId(value) : undefined;
  if (id === undefined || (BEFORE_THE_BODY.has(status) && !(status === 404 && all.length > 0)))
    return [];
  if (status === 202) return isObject(value) && "method" in value ? ["202 for a request"] : [];
  return all.some((each) => !("method" in each) && each["id"] === id)
    ? []
    : [`no answer with the id ${JSON.stringify(id)}`];
}

function aboutBatch(batch: Json[], all: JsonObject[]): string[] {
  const asked = batch.flatMap((each) =>
    isObject(each) && "method" in each ? [readableId(each)] : [],
  );
  const missing = asked.filter(
    (id) => id !== undefined && !all.some((answer) => answer["id"] === id),
  );
  return missing.map((id) => `no answer in the batch with the id ${JSON.stringify(id)}`);
}

function aboutSuccess({ status }: RawAnswer, all: JsonObject[]): string[] {
  const failed = all.filter((each) => "error" in each);
  if (status !== 200 && status !== 202) return [`a right request was answered with ${status}`];
  return failed.map((each) => `a right request failed: ${JSON.stringify(each)}`);
}

function readableId(value: JsonObject): string | number | undefined {
  const { id } = value;
  if (typeof id === "string" && id.length > 1_024) return undefined;
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}

function isUtf8Json(body: Buffer): boolean {
  return (
    Buffer.from(body.toString("utf8")).equals(body) && parsed(body.toString("utf8")) !== undefined
  );
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
