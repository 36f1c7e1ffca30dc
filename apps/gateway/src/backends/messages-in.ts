import { elementsOf } from "../json/spans.ts";
import { idKey, parseJson, readMessage, withId, type Message } from "../rpc/message.ts";

const OPEN_BRACKET = /^\s*\[/;

/**
 * The messages in what a backend sent: one, or those of a batch, as servers of 2025-03-26 may send, with answers last.
 * What is none is left out.
 */
function messagesIn(text: string): Message[] {
  if (!OPEN_BRACKET.test(text)) return messageIn(text);
  try {
    parseJson(text);
  } catch {
    return [];
  }
  const messages = elementsOf(text).flatMap((span) => messageIn(text.slice(span.start, span.end)));
  return messages.toSorted((one, other) => rank(one) - rank(other));
}

function rank({ kind }: Message): number {
  return kind === "response" ? 1 : 0;
}

/** The answer to the request with this id, in the very id of the asker, which backends may write in another way; else `undefined`. */
function answerTo(id: string, message: Message): string | undefined {
  if (message.kind !== "response") return undefined;
  if (message.id === id) return message.text;
  return idKey(message.id) === idKey(id) ? withId(message, id) : undefined;
}

function messageIn(text: string): Message[] {
  try {
    return [readMessage(text)];
  } catch {
    return [];
  }
}

export { answerTo, messagesIn };
