import { IDP_REQUESTS, type IdpRequest } from "../identity/idp-watch.ts";
import { REFUSAL_REASONS, type Verdict } from "../identity/verdict.ts";
import type { MetricBook } from "./exposition.ts";

/** What is held of an issuer and its tokens at one moment. */
interface HeldTokens {
  readonly admitted: number;
  readonly refused: number;
  /** Keys of the issuer that are known. */
  readonly keys: number;
  /** Since the keys were last seen; undefined before they ever were. */
  readonly keysAgeMs: number | undefined;
}

/** Measures who is let in. No label comes from a request. */
interface AuthMeter {
  judged(verdict: Verdict): void;
  /** The issuer was asked, and answered or not. */
  asked(request: IdpRequest, answered: boolean): void;
  /** Has what is held counted whenever the metrics are read. */
  watch(held: () => HeldTokens): void;
}

/** The meter of the door of one gateway. */
function authMeter(book: MetricBook): AuthMeter {
  const outcomes = book.counter(
    "headgate_authentications_total",
    "Requests on the MCP endpoint by whether they were let in: allowed, or why not",
    ["outcome"],
  );
  const allowed = outcomes.of("allowed");
  const refused = new Map(REFUSAL_REASONS.map((reason) => [reason, outcomes.of(reason)]));
  const requests = book.counter(
    "headgate_idp_requests_total",
    "Requests to the identity provider",
    ["request", "outcome"],
  );
  const asked = new Map(
    IDP_REQUESTS.map((request) => [
      request,
      { ok: requests.of(request, "ok"), failed: requests.of(request, "failed") },
    ]),
  );
  return {
    judged: ({ refusal }) => (refusal === undefined ? allowed : refused.get(refusal.reason))?.add(),
    asked: (request, answered) => asked.get(request)?.[answered ? "ok" : "failed"].add(),
    watch(held) {
      book.reading(
        "headgate_tokens_remembered",
        "Tokens that were checked and need not be again yet",
        () => held().admitted,
      );
      book.reading(
        "headgate_refused_tokens_remembered",
        "Tokens that were refused and are not looked at again yet",
        () => held().refused,
      );
      book.reading("headgate_idp_keys", "Keys of the issuer that are known", () => held().keys);
      book.reading(
        "headgate_idp_keys_age_seconds",
        "Time since the issuer's keys were last seen, -1 before they ever were",
        () => (held().keysAgeMs ?? -1000) / 1000,
      );
    },
  };
}

export { authMeter, type AuthMeter, type HeldTokens };
