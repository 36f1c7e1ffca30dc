import { randomUUID } from "node:crypto";
import { GatewayError } from "../rpc/errors.ts";
import { answerOnly } from "./answer-only.ts";
import type { Link } from "./port.ts";

/** How long the gateway waits for the answer to a request of its own. */
const ASK_TIMEOUT_MS = 10_000;

/** Sends a request of the gateway's own, whose messages before the answer are nobody's; resolves to the text of the answer. */
async function ask(
  link: Link,
  textOf: (id: string) => string,
  timeoutMs = ASK_TIMEOUT_MS,
): Promise<string> {
  const id = `"headgate-${randomUUID()}"`;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const cancel = link.request({ id, text: textOf(id) }, answerOnly(resolve, reject));
  const timer = setTimeout(() => {
    cancel("The gateway waited long enough.");
    reject(
      new GatewayError("backend-timeout", `The backend did not answer within ${timeoutMs} ms.`),
    );
  }, timeoutMs);
  return promise.finally(() => clearTimeout(timer));
}

export { ask };
