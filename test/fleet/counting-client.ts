import { Agent, request } from "undici";
import { requestText } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";

/** What clients of counting servers saw. */
export type Counted = {
  calls: number;
  /** Calls without a result, by what came instead. */
  failed: Map<string, number>;
  /** Sessions of the gateway that it no longer knew. */
  lostSessions: number;
  /** Counters that went back or began anew. */
  lostState: number;
  /** Counters that went on by more than one. */
  repeated: number;
  slowestMs: number;
};

/** How long the backend takes, so that a gateway that stops has calls in flight. */
const HOLD_MS = 50;

const HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};

// Hundreds of clients in one process: what `fetch` costs would be what is measured.
const AGENT = new Agent({ connections: 128, pipelining: 1 });

/** Nothing yet. */
export function nothingCounted(): Counted {
  return {
    calls: 0,
    failed: new Map(),
    lostSessions: 0,
    lostState: 0,
    repeated: 0,
    slowestMs: 0,
  };
}

/** One client with a session of its own that makes the counters of all its backends go on, and knows how far they are. */
export class CountingClient {
  readonly #session: RawSession;
  readonly #name: string;
  readonly #seen: Counted;
  /** The last count of each tool, and how many calls since then may have been run without an answer. */
  readonly #counts = new Map<string, { count: number; unanswered: number }>();
  #made = 0;

  private constructor(session: RawSession, name: string, seen: Counted) {
    this.#session = session;
    this.#name = name;
    this.#seen = seen;
  }

  static async open(url: string, name: string, seen: Counted): Promise<CountingClient> {
    for (let attempt = 0; attempt < 10; attempt++) {
      const session = await openSession(url);
      if (session.headers["mcp-session-id"] !== "") return new CountingClient(session, name, seen);
      await pause(1_000);
    }
    throw new Error("No session could be begun.");
  }

  /** Calls each of these tools in turn, every so many milliseconds, until told to stop; a failure is counted and never repeated. */
  async call(tools: readonly string[], everyMs: number, stop: AbortSignal): Promise<void> {
    // Spread over the time between two calls, as clients are.
    await pause(Math.random() * everyMs);
    while (!stop.aborted) {
      const startedMs = performance.now();
      await this.callOnce(tools[this.#made % tools.length] ?? "");
      const tookMs = performance.now() - startedMs;
      this.#seen.slowestMs = Math.max(this.#seen.slowestMs, tookMs);
      await pause(everyMs - tookMs);
    }
  }

  async callOnce(tool: string): Promise<void> {
    const before = this.#counts.get(tool) ?? { count: 0, unanswered: 0 };
    this.#seen.calls++;
    const outcome = await this.#outcome(tool);
    if (typeof outcome === "string") {
      this.#seen.failed.set(outcome, (this.#seen.failed.get(outcome) ?? 0) + 1);
      if (outcome.startsWith("HTTP 404")) this.#seen.lostSessions++;
      this.#counts.set(tool, { ...before, unanswered: before.unanswered + 1 });
      return;
    }
    if (outcome <= before.count) this.#seen.lostState++;
    if (outcome > before.count + 1 + before.unanswered) this.#seen.repeated++;
    this.#counts.set(tool, { count: outcome, unanswered: 0 });
  }

  async end(): Promise<void> {
    await this.#session.end();
  }

  async #outcome(tool: string): Promise<number | string> {
    const id = ++this.#made;
    try {
      const key = `${this.#name}-${id}`;
      const params = { name: tool, arguments: { key, holdMs: HOLD_MS } };
      const { statusCode, body } = await request(this.#session.url, {
        method: "POST",
        headers: { ...HEADERS, ...this.#session.headers },
        body: requestText(id, "tools/call", params),
        dispatcher: AGENT,
      });
      const text = lastMessage(await body.text());
      if (statusCode !== 200) return `HTTP ${statusCode} ${text}`.trim();
      const { result, error } = JSON.parse(text) as Answer;
      const count = Number(result?.content?.[0]?.text);
      return Number.isInteger(count) ? count : `error: ${error?.message ?? text}`;
    } catch (thrown) {
      const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
      return `no answer: ${cause instanceof Error ? cause.message : String(cause)}`;
    }
  }
}

/** The last message in a body, be it JSON or an event stream. */
function lastMessage(body: string): string {
  const data = [...body.matchAll(/^data: (.+)$/gm)].map(([, text]) => text);
  return data.at(-1) ?? body;
}

type Answer = {
  result?: { content?: { text?: string }[] };
  error?: { message: string };
};

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
