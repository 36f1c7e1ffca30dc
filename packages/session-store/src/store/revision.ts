// A store that lost its records gets them back from the processes that hold them, and those may hold different
// revisions. Until somebody writes, the latest of them is right, whoever is first: so a record that was put back can
// still be replaced by a later one. What is written after that must win over all that is from before the loss, however
// late somebody comes with it: so it is numbered by the clock, which no count of writes reaches. Half a step marks a
// record that was put back.

/** The revision of a record that was put back: replaced by every later one, but not by itself. */
export function putBackRevision(revision: number): number {
  return Math.floor(revision) + 0.5;
}

/** The revision of the write that follows one, at a time in milliseconds since 1970. */
export function nextRevision(revision: number, nowMs: number): number {
  if (Number.isInteger(revision)) return revision + 1;
  return Math.max(Math.ceil(revision), Math.floor(nowMs));
}
