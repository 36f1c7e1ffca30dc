import type { MetricBook } from "./exposition.ts";

/** What one process tells another: the client's answer, what the client said to one that has no use for it, whether a call is under way. */
type Carried = "answer" | "notice" | "liveness";

/** Measures what several processes that serve the same sessions have to do with each other. */
interface SharingMeter {
  /** An event was kept for all processes. */
  appended(): void;
  /** An event was not, so that a client that comes back to another process does not get it. */
  dropped(): void;
  /** So many streams more are followed here. */
  following(change: 1 | -1): void;
  /** A message went to another process. */
  carried(what: Carried): void;
}

/** The meter of the sharing of one gateway. */
function sharingMeter(book: MetricBook): SharingMeter {
  const appended = book
    .counter("headgate_events_appended_total", "Events kept in Redis for clients that come back")
    .of();
  const dropped = book
    .counter(
      "headgate_events_dropped_total",
      "Events that were not kept in Redis, so that only this process has them or nobody",
    )
    .of();
  const following = book
    .gauge("headgate_streams_followed", "Event streams in Redis that this process follows")
    .of();
  const carried = book.counter(
    "headgate_messages_carried_total",
    "Messages sent to other processes that serve the same sessions",
    ["what"],
  );
  let followed = 0;
  return {
    appended: () => appended.add(),
    dropped: () => dropped.add(),
    following: (change) => following.set((followed += change)),
    carried: (what) => carried.of(what).add(),
  };
}

export { sharingMeter, type SharingMeter };
