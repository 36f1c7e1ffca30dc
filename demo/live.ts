import type { CallRecord, LogRecord } from "./log-record.ts";
import { type Look, shortened } from "./look.ts";

const CLIENT_WIDTH = 18;
const OUTCOME_WIDTH = 9;

/** How a call ended, in a word, and how that word is painted. */
const OUTCOMES: Readonly<
  Record<string, readonly [word: string, style: "green" | "yellow" | "red"]>
> = {
  result: ["answered", "green"],
  refused: ["limited", "yellow"],
  cancelled: ["cancelled", "yellow"],
  error: ["error", "red"],
  failed: ["failed", "red"],
};

/** What the gateway logs as a line for somebody who watches; nothing for what is not worth one. */
export function liveLine(record: LogRecord, look: Look): string | undefined {
  const { paint } = look;
  switch (record.msg) {
    case "call":
      return callLine(record, look);
    case "backend is healthy":
      return `${clock(record.time)}  ${paint("green", `${record.backend} is back`)}`;
    case "backend is not healthy":
      return `${clock(record.time)}  ${paint("red", shortened(record.reason ?? `${record.backend} does not work.`, look.width - 10))}`;
    case "listening":
    case "backend process wrote to stderr":
      return undefined;
  }
}

/** Time, client, outcome, milliseconds, and then what may be long: tool and backend. */
function callLine(call: CallRecord, { paint }: Look): string {
  const [word, style] = OUTCOMES[call.outcome] ?? [call.outcome, "yellow"];
  const ms = `${Math.round(call.seconds * 1000)} ms`;
  return [
    paint("dim", clock(call.time)),
    shortened(call.client ?? "unnamed", CLIENT_WIDTH).padEnd(CLIENT_WIDTH),
    paint(style, word.padEnd(OUTCOME_WIDTH)),
    ms.padStart(8),
    `${shortened(call.target ?? call.method, 100)}${call.backend === undefined ? "" : paint("dim", ` → ${call.backend}`)}`,
  ].join("  ");
}

/** The time of day of an ISO time, as a clock on the wall shows it. */
function clock(time: string): string {
  return new Date(time).toLocaleTimeString("en-GB");
}
