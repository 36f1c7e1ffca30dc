import { ControllerError, type ControllerErrorCode } from "./error.ts";
import type { ApiAnswer } from "./transport.ts";

/** What the API server says of a request that did not succeed. */
export interface Status {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly StatusCause[];
  readonly retryAfterMs?: number;
}

/** One of several causes of a failure. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

const MESSAGE_LIMIT = 1024;

/** Reads a `Status` object of the API server; anything else becomes one with as much of it as is known. */
export function statusOf({ status, body, retryAfterMs }: ApiAnswer): Status {
  const fields = asRecord(body);
  const details = asRecord(fields["details"]);
  const causes = Array.isArray(details["causes"]) ? details["causes"] : [];
  const seconds = details["retryAfterSeconds"];
  const waitMs = retryAfterMs ?? (typeof seconds === "number" ? seconds * 1000 : undefined);
  return {
    code: typeof fields["code"] === "number" ? fields["code"] : status,
    reason: asText(fields["reason"]),
    message: asText(fields["message"]),
    causes: causes.slice(0, 100).map((cause) => {
      const { reason, message, field } = asRecord(cause);
      return { reason: asText(reason), message: asText(message), field: asText(field) };
    }),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}

/** The error for an answer that its caller did not expect. */
export function errorOf(request: string, status: Status): ControllerError {
  const told = [status.reason, status.message].filter((text) => text !== "").join(": ");
  return new ControllerError(
    codeOf(status.code),
    `${request} was answered with ${status.code}${told === "" ? "" : ` ${told}`}`,
    {
      status: status.code,
      ...(status.retryAfterMs === undefined ? {} : { retryAfterMs: status.retryAfterMs }),
    },
  );
}

function codeOf(status: number): ControllerErrorCode {
  const known: Readonly<Record<number, ControllerErrorCode>> = {
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    410: "gone",
    422: "invalid",
    429: "too-many-requests",
  };
  return known[status] ?? (status >= 500 ? "server-error" : "bad-request");
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function asText(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MESSAGE_LIMIT) : "";
}
