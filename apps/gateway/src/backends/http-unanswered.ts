import type { GatewayError } from "../rpc/errors.ts";
import { backendError } from "./backend-error.ts";

/** What became of an HTTP request that did not end with the exchange's answer. */
type Unanswered =
  | { readonly why: "session-lost"; readonly status: number }
  | { readonly why: "refused"; readonly status: number }
  | {
      readonly why: "broke-off";
      readonly lastEventId: string | undefined;
      readonly retryMs: number;
      readonly error: GatewayError;
    };

/** Codes that speak of the request itself; what they say of a "session" is about an argument of it. */
const ABOUT_THE_REQUEST = /"code"\s*:\s*-3260[1-3]\b/;

/** Whether a backend refused a request because it does not know its session (any more). */
function meansSessionLost(status: number, body: string): boolean {
  if (status === 404) return !ABOUT_THE_REQUEST.test(body);
  return status === 400 && /session|not initialized/i.test(body) && !ABOUT_THE_REQUEST.test(body);
}

/** An outcome without an answer, in words for the client. */
function unansweredError(backend: string, outcome: Unanswered): GatewayError {
  if (outcome.why === "broke-off") return outcome.error;
  if (outcome.why === "session-lost")
    return backendError("backend-lost-session", backend, "does not know its session");
  return refusedError(backend, outcome.status);
}

/** A refusal by HTTP status. What a backend says of one client's credentials or request says nothing of its health. */
function refusedError(backend: string, status: number): GatewayError {
  if (status === 401 || status === 403)
    return backendError(
      "backend-refused",
      backend,
      `refused the gateway's credentials with HTTP ${status}`,
    );
  const code = status >= 400 && status < 500 ? "backend-refused" : "backend-unavailable";
  return backendError(code, backend, `answered with HTTP ${status}`);
}

export { meansSessionLost, refusedError, unansweredError, type Unanswered };
