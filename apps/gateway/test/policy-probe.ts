import type { Outcome } from "../src/core/call.ts";
import type { OwnAnswer, ReplyFacts, ReplyPolicy } from "../src/edge/reply-policy.ts";
import type { ErrorCode, GatewayError } from "../src/rpc/errors.ts";

/** A policy with the usual times that keeps what it hears; its clock is the one of fake timers, when these are in use. */
class PolicyProbe implements ReplyPolicy {
  readonly streamAfterMs = 1_000;
  readonly outcomes: Outcome[] = [];
  readonly failures: GatewayError[] = [];
  readonly locally: { method: string; failure: ErrorCode | undefined }[] = [];
  begun = 0;
  silenceMs = 5_000;

  readonly now = (): number => performance.now();

  timeoutMs(): number {
    return this.silenceMs;
  }

  began(): void {
    this.begun++;
  }

  ended(_: ReplyFacts, outcome: Outcome): void {
    this.outcomes.push(outcome);
  }

  failed(_: ReplyFacts, error: GatewayError): void {
    this.failures.push(error);
  }

  readonly answered = (method: string, _: number, how: OwnAnswer = {}): void => {
    this.locally.push({ method, failure: how.failure });
  };
}

export { PolicyProbe };
