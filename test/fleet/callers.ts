import { messagesIn } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";

/** How the calls of some callers ended. */
export type Tally = {
  admitted: number;
  refused: number;
  /** Calls without an answer from a backend or a limit, by what came instead. */
  failed: Map<string, number>;
  /** From the first call to the last answer. */
  elapsedMs: number;
  slowestMs: number;
};

export type CallersOptions = {
  url: string;
  tool: string;
  callers: number;
  /** Says whether one more call is to be made, each time before one. */
  goesOn: (made: number) => boolean;
  /** Pause of a caller between two calls. */
  everyMs?: number;
};

/** Of nothing yet. */
export function newTally(): Tally {
  return { admitted: 0, refused: 0, failed: new Map(), elapsedMs: 0, slowestMs: 0 };
}

/**
 * Lets callers with a session of their own call one tool over and over; a session that is lost is begun anew. What comes
 * of it is added to `tally` call by call.
 */
export async function callAtOnce(options: CallersOptions, tally = newTally()): Promise<Tally> {
  const startedMs = performance.now();
  let made = 0;
  const take = (): number | undefined => (options.goesOn(made) ? ++made : undefined);
  await Promise.all(Array.from({ length: options.callers }, () => caller(options, take, tally)));
  tally.elapsedMs = performance.now() - startedMs;
  return tally;
}

async function caller(
  { url, tool, everyMs = 0 }: CallersOptions,
  take: () => number | undefined,
  tally: Tally,
): Promise<void> {
  let session: RawSession | undefined;
  for (let id = take(); id !== undefined; id = take()) {
    const startedMs = performance.now();
    try {
      session ??= await openSession(url);
      const outcome = await callOnce(session, id, tool);
      tally.slowestMs = Math.max(tally.slowestMs, performance.now() - startedMs);
      if (outcome === "admitted" || outcome === "refused") tally[outcome]++;
      else session = failed(tally, outcome);
    } catch (error) {
      session = failed(tally, error instanceof Error ? error.message : String(error));
    }
    if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

function failed(tally: Tally, why: string): undefined {
  tally.failed.set(why, (tally.failed.get(why) ?? 0) + 1);
  return undefined;
}

async function callOnce(session: RawSession, id: number, tool: string): Promise<string> {
  const response = await session.call(id, tool, { arguments: { text: "x" } });
  if (response.status !== 200) {
    await response.text();
    return `HTTP ${response.status}`;
  }
  const [text = "{}"] = (await messagesIn(response)).slice(-1);
  const { result, error } = JSON.parse(text) as Answer;
  if (error !== undefined) return error.code === 429 ? "refused" : `error ${error.code}`;
  if (result?.isError !== true) return "admitted";
  return result.structuredContent?.code === 429 ? "refused" : "tool error";
}

type Answer = {
  result?: { isError?: boolean; structuredContent?: { code?: number } };
  error?: { code: number };
};
