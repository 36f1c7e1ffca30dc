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
  const exchange = answerOnly(resolve, reject);
  let abort: (() => void) | undefined;
  const cancel = link.request(
    { id, text: textOf(id), own: true },
    {
      ...exchange,
      largeAnswer: (flow) => {
        abort = () => flow.abort();
        return exchange.largeAnswer(flow);
      },
    },
  );
  const timer = setTimeout(() => {
    // A large answer that has begun is ended by its flow alone.
    if (abort === undefined) cancel("The gateway waited long enough.");
    else abort();
    reject(
      new GatewayError("backend-timeout", `The backend did not answer within ${timeoutMs} ms.`),
    );
  }, timeoutMs);
  return promise.finally(() => clearTimeout(timer));
}

export { ask };
