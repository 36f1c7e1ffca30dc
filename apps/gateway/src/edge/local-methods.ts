import type { ItemKind } from "../catalog/backend-catalog.ts";
import { pageAt } from "../catalog/pages.ts";
import { GatewayError } from "../rpc/errors.ts";
import { LOG_LEVELS } from "../rpc/log-level.ts";
import { membersWithoutDuplicates, type Message } from "../rpc/message.ts";
import type { Session } from "../sessions/session.ts";

const LISTS: ReadonlyMap<string, ItemKind> = new Map([
  ["tools/list", "tools"],
  ["prompts/list", "prompts"],
  ["resources/list", "resources"],
  ["resources/templates/list", "resourceTemplates"],
]);

/** Does what a method asks for; its result as JSON text, a promise where backends have to be told first. */
type LocalMethod = () => string | Promise<string>;

/**
 * What a method that the gateway answers itself comes to, nothing being done yet; `undefined` for other methods.
 * Throws `invalid-params`.
 */
function localMethod(session: Session, request: Message): LocalMethod | undefined {
  if (request.method === "ping") return () => "{}";
  if (request.method === "logging/setLevel") return setLevel(session, request);
  const kind = LISTS.get(request.method);
  if (kind === undefined) return undefined;
  const page = pageAt(session.view.lists, kind, cursorOf(request));
  if (page.ok) return () => page.text;
  throw new GatewayError(
    "invalid-params",
    "Invalid cursor: ask for the first page again, the list may have changed.",
  );
}

function setLevel(session: Session, request: Message): LocalMethod {
  const level = memberOf(request, "level");
  if (typeof level !== "string" || !LOG_LEVELS.includes(level))
    throw new GatewayError(
      "invalid-params",
      `Invalid params: params.level must be one of ${LOG_LEVELS.join(", ")}.`,
    );
  return async () => {
    await session.setLogLevel(level);
    return "{}";
  };
}

function cursorOf(request: Message): string | undefined {
  const cursor = memberOf(request, "cursor");
  if (cursor === undefined || cursor === null) return undefined;
  if (typeof cursor === "string") return cursor;
  throw new GatewayError("invalid-params", "Invalid params: params.cursor must be a string.");
}

function memberOf(request: Message, key: string): unknown {
  const span = request.body && membersWithoutDuplicates(request.text, request.body.start).get(key);
  return span && (JSON.parse(request.text.slice(span.start, span.end)) as unknown);
}

export { localMethod, memberOf, type LocalMethod };
