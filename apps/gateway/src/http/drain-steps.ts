/** How far a gateway is on its way out. */
type DrainPhase = "running" | "draining" | "finishing" | "stopping" | "done";

/** What can happen to a gateway on its way out. */
type DrainEvent =
  /** It was told to stop; a second time means at once. */
  | "stop"
  /** The time that the present phase may take is over. */
  | "timer"
  /** No call is in flight any more. */
  | "idle"
  /** Streams are closed and children stopped. */
  | "stopped";

/** What is to be done on entering a phase, in this order. */
type DrainAction =
  | { readonly do: "start-timer"; readonly ms: number }
  | { readonly do: "stop-accepting" }
  | { readonly do: "close-idle-connections" }
  | { readonly do: "await-idle" }
  | { readonly do: "close-streams" }
  | { readonly do: "stop-backends" }
  | { readonly do: "close-all-connections" }
  | { readonly do: "exit" };

/** The times of a stop. */
interface DrainTimes {
  /** Readiness fails but everything is served, for load balancers to notice. */
  readonly delayMs: number;
  /** From then on, what calls in flight have to finish. */
  readonly gracePeriodMs: number;
  /** From then on, what streams and children have to end in good order. */
  readonly stopMs: number;
}

interface DrainStep {
  readonly phase: DrainPhase;
  readonly actions: readonly DrainAction[];
}

/** What follows from an event in a phase; an event that means nothing there changes nothing. */
function drainStep(phase: DrainPhase, event: DrainEvent, times: DrainTimes): DrainStep {
  switch (phase) {
    case "running":
      if (event !== "stop") return { phase, actions: [] };
      if (times.delayMs <= 0) return finishing(times);
      return { phase: "draining", actions: [{ do: "start-timer", ms: times.delayMs }] };
    case "draining":
      if (event === "timer") return finishing(times);
      return event === "stop" ? stopping(times) : { phase, actions: [] };
    case "finishing":
      return event === "stopped" ? { phase, actions: [] } : stopping(times);
    case "stopping":
      return event === "idle" ? { phase, actions: [] } : done();
    case "done":
      break;
  }
  return { phase, actions: [] };
}

function finishing(times: DrainTimes): DrainStep {
  return {
    phase: "finishing",
    actions: [
      { do: "start-timer", ms: times.gracePeriodMs },
      { do: "stop-accepting" },
      { do: "close-idle-connections" },
      { do: "await-idle" },
    ],
  };
}

function stopping(times: DrainTimes): DrainStep {
  return {
    phase: "stopping",
    actions: [
      { do: "start-timer", ms: times.stopMs },
      // Again, as it may have been skipped by a second request to stop.
      { do: "stop-accepting" },
      { do: "close-streams" },
      { do: "stop-backends" },
    ],
  };
}

function done(): DrainStep {
  return { phase: "done", actions: [{ do: "close-all-connections" }, { do: "exit" }] };
}

export { drainStep, type DrainAction, type DrainEvent, type DrainPhase, type DrainTimes };
