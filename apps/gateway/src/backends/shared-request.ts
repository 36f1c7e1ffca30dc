import { splice, type Edit } from "../json/splice.ts";
import { memberSpan, memberText } from "../rpc/member-span.ts";
import { readMessage, type Message } from "../rpc/message.ts";

/** A request under the id that it has towards a shared server, and what there is to be put back. */
interface WireRequest {
  readonly text: string;
  /** The asker's progress token, as JSON text. */
  readonly progressToken: string | undefined;
}

/** The request with `wireId` for its id and its progress token. Throws `invalid-request` when it gives a key twice. */
function toWire(text: string, wireId: string, further: readonly Edit[] = []): WireRequest {
  const edits = [...further];
  const id = memberSpan(text, "id");
  if (id !== undefined) edits.push({ span: id, with: wireId });
  const token = memberSpan(text, "params", "_meta", "progressToken");
  if (token === undefined) return { text: splice(text, edits), progressToken: undefined };
  edits.push({ span: token, with: wireId });
  return { text: splice(text, edits), progressToken: text.slice(token.start, token.end) };
}

/** An answer with the asker's id again. */
function withId(text: string, id: string): string {
  const span = memberSpan(text, "id");
  return span === undefined ? text : splice(text, [{ span, with: id }]);
}

/** A progress notification with the asker's token again; any other message as it is. */
function withToken(message: Message, token: string | undefined): Message {
  const span = memberSpan(message.text, "params", "progressToken");
  if (span === undefined || token === undefined) return message;
  return readMessage(splice(message.text, [{ span, with: token }]));
}

/** A member of the request's params when it is a string, decoded. */
function stringParam(text: string, key: string): string | undefined {
  const value: unknown = JSON.parse(memberText(text, "params", key) ?? "null");
  return typeof value === "string" ? value : undefined;
}

export { stringParam, toWire, withId, withToken };
