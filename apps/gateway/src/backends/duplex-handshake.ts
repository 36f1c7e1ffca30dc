import { readMessage, type Message } from "../rpc/message.ts";
import { answerOnly } from "./answer-only.ts";
import { backendError } from "./backend-error.ts";
import { INITIALIZED_TEXT, initializeText, readServerFacts } from "./handshake.ts";
import type { ClientProfile, Inbound, Link, ServerFacts } from "./port.ts";

/** For whom a session is opened, and how long that may take. */
interface Handshake {
  readonly profile: ClientProfile;
  /** Id of the initialize request as JSON text; one that no client can guess, so that it never meets a client's. */
  readonly id: string;
  readonly timeoutMs: number;
}

/** Does the handshake over a link that can carry requests. Rejects with a GatewayError. */
async function shakeHands(
  link: Pick<Link, "request" | "send">,
  options: Handshake & { readonly backend: string; readonly inbound: Inbound },
): Promise<ServerFacts> {
  const { backend, inbound, profile, id, timeoutMs } = options;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => {
    const what = `did not finish its handshake within ${timeoutMs} ms`;
    reject(backendError("backend-timeout", backend, what));
  }, timeoutMs);
  const exchange = {
    ...answerOnly(resolve, reject),
    interim: (message: Message) => inbound.message(message),
  };
  link.request({ id, text: initializeText(id, profile) }, exchange);
  try {
    const facts = readServerFacts(backend, readMessage(await promise));
    await link.send(INITIALIZED_TEXT);
    return facts;
  } finally {
    clearTimeout(timer);
  }
}

export { shakeHands, type Handshake };
