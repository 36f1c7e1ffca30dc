import { memberText } from "../rpc/member-span.ts";
import type { Message } from "../rpc/message.ts";
import { idKey } from "../rpc/message.ts";

/** What the sorting of a backend's messages looks at in a request under way. */
interface Asker {
  /** Key of its progress token, when it gave one. */
  readonly token: string | undefined;
  readonly method: string;
  /** Keys of the requests that the backend was taken to make on behalf of this one. */
  readonly asked: ReadonlySet<string>;
}

/** Who gets a message of the backend: one request under way, the link's inbound, or nobody. */
type Taker<A> = { to: "asker"; asker: A } | { to: "inbound" } | { to: "nobody" };

/** News about the server as a whole or about something that outlives a request. */
const BROADCASTS: ReadonlySet<string> = new Set([
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
  "notifications/resources/updated",
  "notifications/tasks/status",
  "notifications/elicitation/complete",
]);

/** Requests that run code of the server, in whose course it may ask or tell the client something. */
const RUNNING: ReadonlySet<string> = new Set([
  "tools/call",
  "prompts/get",
  "resources/read",
  "completion/complete",
  "tasks/result",
]);

/**
 * Who gets a message on a channel that has no streams per request. `askers` are the requests under
 * way, oldest first; `taskTokens` the progress tokens of tasks that go on after their answer.
 *
 * Only progress and the withdrawal of a request say where they belong. All else, log lines and
 * requests to the client, is taken to come from the newest request that runs something: the channel
 * has one client, so a wrong guess still reaches the right one, and a client that keeps no stream
 * open beside its call is reached at all. Lists and settings ask nothing, and may be the gateway's own. Progress that nobody waits for is dropped, because clients
 * have been seen to hang up on it.
 */
function takerOf<A extends Asker>(
  message: Message,
  askers: readonly A[],
  taskTokens: ReadonlySet<string>,
): Taker<A> {
  switch (message.method) {
    case "notifications/progress": {
      const token = tokenKey(memberText(message.text, "params", "progressToken"));
      if (token === undefined) return { to: "nobody" };
      const asker = askers.find((candidate) => candidate.token === token);
      if (asker !== undefined) return { to: "asker", asker };
      return taskTokens.has(token) ? { to: "inbound" } : { to: "nobody" };
    }
    case "notifications/cancelled": {
      const id = tokenKey(memberText(message.text, "params", "requestId"));
      return id === undefined
        ? { to: "nobody" }
        : orInbound(askers.find((asker) => asker.asked.has(id)));
    }
    default:
      if (BROADCASTS.has(message.method)) return { to: "inbound" };
      return orInbound(askers.findLast((asker) => RUNNING.has(asker.method)));
  }
}

function orInbound<A>(asker: A | undefined): Taker<A> {
  return asker === undefined ? { to: "inbound" } : { to: "asker", asker };
}

/** A key for comparing progress tokens (or ids) by value; `undefined` for what can be none. */
function tokenKey(text: string | undefined): string | undefined {
  return text !== undefined && /^["\d-]/.test(text) ? idKey(text) : undefined;
}

export { takerOf, tokenKey, type Asker, type Taker };
