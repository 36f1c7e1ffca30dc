import { GatewayError } from "../rpc/errors.ts";
import { readMessage } from "../rpc/message.ts";
import { answerOnly } from "./answer-only.ts";
import { backendError } from "./backend-error.ts";
import { initializeText, readServerFacts } from "./handshake.ts";
import type { HttpEndpoint } from "./http-endpoint.ts";
import { refusedError, unansweredError } from "./http-unanswered.ts";
import type { ClientProfile, ServerFacts } from "./port.ts";

/** The id of the one request that goes out before there is a session, as JSON text. */
const INITIALIZE_ID = '"headgate-initialize"';

/** A session as the backend opened it; it is not in use before the backend was told that the client is ready. */
interface OpenedSession {
  readonly id: string | undefined;
  readonly server: ServerFacts;
}

/** Sends initialize. Rejects with a GatewayError, or with the reason of the signal. */
async function initialize(
  endpoint: HttpEndpoint,
  profile: ClientProfile,
  headers: string[],
  signal: AbortSignal,
): Promise<OpenedSession> {
  const { backend } = endpoint;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let id: string | undefined;
  const handler = endpoint.post(
    {
      id: INITIALIZE_ID,
      text: initializeText(INITIALIZE_ID, profile),
      headers,
      onSessionId: (given) => (id = given),
      exchange: answerOnly(resolve, reject),
      unanswered: (outcome) =>
        // Where no session was named, a backend that knows none has no MCP endpoint at this address.
        reject(
          outcome.why === "session-lost"
            ? refusedError(backend, outcome.status)
            : unansweredError(backend, outcome),
        ),
    },
    true,
  );
  const abandon = (): void => {
    handler.abort();
    reject(signal.reason);
  };
  signal.addEventListener("abort", abandon);
  try {
    const server = factsIn(endpoint, await promise);
    return { id, server };
  } finally {
    signal.removeEventListener("abort", abandon);
  }
}

/** Most servers answer every client alike; what they say of themselves may be long, and is kept once. */
const LATEST = new WeakMap<
  HttpEndpoint,
  { readonly answer: string; readonly server: ServerFacts }
>();

function factsIn(endpoint: HttpEndpoint, answer: string): ServerFacts {
  const latest = LATEST.get(endpoint);
  if (latest?.answer === answer) return latest.server;
  const { backend } = endpoint;
  try {
    const server = readServerFacts(backend, readMessage(answer));
    LATEST.set(endpoint, { answer, server });
    return server;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code.startsWith("backend-")) throw error;
    // An answer too large to be checked on its way may be no message at all.
    const what = "failed in its handshake: its answer to initialize is no valid message";
    throw backendError("backend-garbage", backend, what, error);
  }
}

export { initialize, type OpenedSession };
