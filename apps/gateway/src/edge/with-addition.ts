import type { Addition } from "../core/call.ts";
import { withResultMeta } from "../rpc/result-meta.ts";

/** The text of an answer with what is to be added to its result. What is no JSON is passed on as it came. */
function withAddition(text: string, addition: Addition | undefined): string {
  const meta = addition?.meta;
  // A large answer was collected without a look at it.
  return meta === undefined || !isJson(text) ? text : withResultMeta(text, ...meta);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export { withAddition };
