import { GatewayError } from "../rpc/errors.ts";
import { backendError } from "./backend-error.ts";
import { withoutValues } from "./child-environment.ts";
import type { ChildEvent } from "./child-events.ts";
import { Child, type ChildEnd, type ChildSpec } from "./child.ts";
import { DuplexLink, type DuplexOptions } from "./duplex-link.ts";
import { LineRate } from "./line-rate.ts";
import type { ClientProfile, Inbound, Link } from "./port.ts";
import { afterRun, NO_FAILURES, waitMs } from "./restart-backoff.ts";

/** The processes that all stdio backends together may have, and have. */
interface ChildSlots {
  used: number;
  readonly max: number;
}

/** What the children of one backend have in common. */
interface ChildrenOptions {
  readonly spec: ChildSpec;
  /** Configured variables, whose values never reach the log. */
  readonly configuredEnv: Readonly<Record<string, string>>;
  readonly clients: DuplexOptions["clients"];
  /** Shared by all backends of the gateway. */
  readonly slots: ChildSlots;
  readonly handshakeTimeoutMs: number;
  readonly onEvent: (event: ChildEvent) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Evenly spread over [0, 1). */
  readonly random: () => number;
  /** An id that nobody can guess. */
  readonly newId: () => string;
}

/** One start of the command, until it is known how it went. */
interface Attempt {
  readonly startedAtMs: number;
  /** When the handshake was done. */
  upAtMs: number | undefined;
  /** The end was asked for, or is already on record. */
  settled: boolean;
}

const MAX_STDERR_LINES_PER_SECOND = 100;

/** The children of one stdio backend: at most so many, and none while the command keeps failing. */
class Children {
  readonly #options: ChildrenOptions;
  readonly #alive = new Set<Child>();
  #history = NO_FAILURES;
  #lastFailure: GatewayError | undefined;
  #closed = false;

  constructor(options: ChildrenOptions) {
    this.#options = options;
  }

  /** Starts a child and does the handshake. Rejects with a GatewayError. */
  async open(profile: ClientProfile, inbound: Inbound): Promise<Link> {
    const refusal = this.#refusal();
    if (refusal !== undefined) throw refusal;
    const { newId, now, handshakeTimeoutMs } = this.#options;
    const attempt: Attempt = { startedAtMs: now(), upAtMs: undefined, settled: false };
    try {
      const link = this.#start(inbound, attempt);
      const id = JSON.stringify(`headgate-${newId()}`);
      await link.handshake({ profile, id, timeoutMs: handshakeTimeoutMs });
      attempt.upAtMs = now();
      return link;
    } catch (error) {
      const failure =
        error instanceof GatewayError ? error : notStarted(this.#options.spec.backend, error);
      this.#settle(attempt, this.#closed ? undefined : failure);
      throw failure;
    }
  }

  /** Ends all children. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#alive].map((child) => child.stop()));
  }

  #refusal(): GatewayError | undefined {
    const { spec, slots, now } = this.#options;
    const unavailable = (what: string): GatewayError =>
      backendError("backend-unavailable", spec.backend, what);
    if (this.#closed) return unavailable("is shut down");
    const nowMs = now();
    const wait = waitMs(this.#history, nowMs);
    if (wait > 0) {
      const { failures } = this.#history;
      const at = new Date(nowMs + wait).toISOString();
      const times = failures === 1 ? "when it was last started" : `${failures} times in a row`;
      const why = this.#lastFailure?.message.replace(/\.$/, "");
      return unavailable(
        `failed ${times}; it is started again in ${Math.ceil(wait / 1000)} s at the earliest (${at}); the last time: ${why}`,
      );
    }
    if (slots.used < slots.max) return undefined;
    return unavailable(
      `cannot be started: the gateway already runs its ${slots.max} processes, one for each client session; ` +
        "close sessions, raise `operational.processes.max`, or let sessions share one with `scope: shared`",
    );
  }

  #start(inbound: Inbound, attempt: Attempt): DuplexLink {
    const { spec, clients } = this.#options;
    const stderr = new LineRate({
      maxPerSecond: MAX_STDERR_LINES_PER_SECOND,
      now: this.#options.now,
      emit: (line) => this.#tell(child, { type: "stderr", line: this.#shown(line) }),
    });
    const child: Child = new Child(spec, {
      message: (text) => link.receive(text),
      oversized: (message) => link.receiveOversized(message),
      stderr: (line) => stderr.line(line),
      ended: (end) => {
        stderr.flush();
        const reason = endReason(spec.backend, end);
        this.#ended(child, end, { attempt, reason });
        link.broke(reason);
      },
    });
    const link: DuplexLink = new DuplexLink({
      backend: spec.backend,
      inbound,
      clients,
      onGarbage: (reason) => this.#tell(child, { type: "garbage", reason: this.#shown(reason) }),
      channel: {
        send: (text) => child.send(text),
        close: () => {
          // Before the handshake the caller settles, who knows why it failed.
          if (attempt.upAtMs !== undefined) this.#settle(attempt, undefined);
          return child.stop();
        },
      },
    });
    this.#alive.add(child);
    this.#options.slots.used++;
    if (child.pid !== undefined) this.#tell(child, { type: "started" });
    return link;
  }

  #ended(
    child: Child,
    { code, signal }: ChildEnd,
    { attempt, reason }: { attempt: Attempt; reason: GatewayError },
  ): void {
    if (this.#alive.delete(child)) this.#options.slots.used--;
    const expected = attempt.settled || this.#closed;
    this.#tell(child, { type: "exited", code, signal, expected });
    this.#settle(attempt, expected ? undefined : reason);
  }

  /** Puts the end of an attempt on record, with why it failed if it did. */
  #settle(attempt: Attempt, failure: GatewayError | undefined): void {
    if (attempt.settled) return;
    attempt.settled = true;
    this.#lastFailure = failure ?? this.#lastFailure;
    const endedAtMs = this.#options.now();
    const { startedAtMs, upAtMs = endedAtMs } = attempt;
    const run = { startedAtMs, endedAtMs, upMs: endedAtMs - upAtMs, failed: failure !== undefined };
    this.#history = afterRun(this.#history, run, this.#options.random());
  }

  #shown(line: string): string {
    return withoutValues(line, this.#options.configuredEnv);
  }

  #tell(child: Child, event: DistributiveOmit<ChildEvent, "backend" | "pid">): void {
    const { spec, onEvent } = this.#options;
    onEvent({ backend: spec.backend, pid: child.pid, ...event });
  }
}

type DistributiveOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;

/** Why a link is dead, for clients. */
function endReason(backend: string, { code, signal, error }: ChildEnd): GatewayError {
  if (error !== undefined) return notStarted(backend, error);
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  return backendError("backend-unavailable", backend, how);
}

function notStarted(backend: string, cause: unknown): GatewayError {
  const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
  const check = missing ? "check that `command` and `cwd` exist" : "the log has the reason";
  return backendError("backend-unavailable", backend, `could not be started: ${check}`, cause);
}

export { Children, type ChildrenOptions, type ChildSlots };
