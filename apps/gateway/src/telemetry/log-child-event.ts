import type { ChildEvent } from "../backends/child-events.ts";
import type { Log } from "./log.ts";

/** One log line for what happened to the child process of a stdio backend. */
function logChildEvent(log: Log, event: ChildEvent): void {
  const { type: _, ...fields } = event;
  switch (event.type) {
    case "started":
      return log.debug(fields, "backend process started");
    case "stderr":
      return log.info(fields, "backend process wrote to stderr");
    case "garbage":
      return log.warn(fields, "backend process wrote something that is no message");
    case "exited":
      return event.expected
        ? log.debug(fields, "backend process ended")
        : log.warn(fields, "backend process ended by itself");
  }
}

export { logChildEvent };
