import {
  drainStep,
  type DrainAction,
  type DrainEvent,
  type DrainPhase,
  type DrainTimes,
} from "./drain-steps.ts";

/** What a drain acts on. */
interface DrainPorts {
  /** Runs `then` after `ms`; the answer cancels it. */
  readonly startTimer: (ms: number, then: () => void) => () => void;
  /** Takes no new connection. May be called twice. */
  readonly stopAccepting: () => void;
  readonly closeIdleConnections: () => void;
  /** Resolves once no call is in flight. */
  readonly whenIdle: () => Promise<void>;
  /** Ends every standing stream, telling clients to come back after `retryMs`. Resolves when they are written. */
  readonly closeStreams: (retryMs: number) => Promise<void>;
  /** Ends sessions with backends and stops child processes. */
  readonly stopBackends: () => Promise<void>;
  readonly closeAllConnections: () => void;
  /** Told of each phase as it begins. */
  readonly entered: (phase: DrainPhase) => void;
}

/** When clients whose stream is closed should come back: soon, to whoever is there then. */
const RETRY_MS = 1_000;

/**
 * Takes a gateway out of service step by step. A port that fails or hangs delays the end by no more than
 * the time of its phase.
 */
class Drain {
  readonly #ports: DrainPorts;
  readonly #times: DrainTimes;
  readonly #done = Promise.withResolvers<void>();
  #phase: DrainPhase = "running";
  #cancelTimer: () => void = () => undefined;

  constructor(ports: DrainPorts, times: DrainTimes) {
    this.#ports = ports;
    this.#times = times;
  }

  get phase(): DrainPhase {
    return this.#phase;
  }

  /** Whether calls are still taken; from then on they are refused with `shutting-down`. */
  get accepting(): boolean {
    return this.#phase === "running" || this.#phase === "draining";
  }

  /** Begins to stop; called again, skips what it would wait for. Resolves when all is over, and never rejects. */
  async stop(): Promise<void> {
    this.#handle("stop");
    return this.#done.promise;
  }

  #handle(event: DrainEvent): void {
    const { phase, actions } = drainStep(this.#phase, event, this.#times);
    if (phase === this.#phase) return;
    this.#cancelTimer();
    this.#phase = phase;
    this.#ports.entered(phase);
    void this.#runAll(phase, actions);
  }

  async #runAll(phase: DrainPhase, actions: readonly DrainAction[]): Promise<void> {
    // What fails is not waited for; the timer of the phase covers what never settles.
    await Promise.allSettled(actions.map(async (action) => this.#run(action)));
    if (phase === "stopping") this.#handle("stopped");
  }

  async #run(action: DrainAction): Promise<void> {
    const ports = this.#ports;
    switch (action.do) {
      case "start-timer":
        this.#cancelTimer = ports.startTimer(action.ms, () => {
          this.#handle("timer");
        });
        return undefined;
      case "stop-accepting":
        return ports.stopAccepting();
      case "close-idle-connections":
        return ports.closeIdleConnections();
      case "await-idle":
        await ports.whenIdle();
        return this.#handle("idle");
      case "close-streams":
        return ports.closeStreams(RETRY_MS);
      case "stop-backends":
        return ports.stopBackends();
      case "close-all-connections":
        return ports.closeAllConnections();
      case "exit":
        return this.#done.resolve();
    }
  }
}

export { Drain, type DrainPorts };
