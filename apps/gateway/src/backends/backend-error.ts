import { GatewayError, type ErrorCode } from "../rpc/errors.ts";

/** An error about one backend; `what` goes on the sentence "The backend NAME …" and is shown to clients. */
function backendError(
  code: Extract<ErrorCode, `backend-${string}` | "result-too-large" | "too-many-calls">,
  backend: string,
  what: string,
  cause?: unknown,
): GatewayError {
  return new GatewayError(code, `The backend ${backend} ${what}.`, { cause });
}

export { backendError };
