import { tokenKey } from "../backends/attribution.ts";
import { memberText } from "../rpc/member-span.ts";
import type { Message } from "../rpc/message.ts";

/** What a client says with `notifications/cancelled`: the key of the call's id, and why. Nothing when it names no call. */
function cancellationOf(
  message: Message,
): { readonly idKey: string; readonly reason: string } | undefined {
  const idKey = tokenKey(memberText(message.text, "params", "requestId"));
  if (idKey === undefined) return undefined;
  const reason: unknown = JSON.parse(memberText(message.text, "params", "reason") ?? "null");
  const known = typeof reason === "string";
  return { idKey, reason: known ? reason : "The client cancelled the request." };
}

export { cancellationOf };
