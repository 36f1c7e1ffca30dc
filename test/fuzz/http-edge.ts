import * as fc from "fast-check";
import { Session } from "../faults/session.ts";
import { complaints, isFramedOddly } from "./oracle.ts";
import { rawExchange } from "./raw-exchange.ts";
import type { Outcome } from "./raw-exchange.ts";
import { SESSION, SLOTS } from "./valid-requests.ts";
import type { FuzzRequest } from "./valid-requests.ts";
import { anyRequest } from "./wild-requests.ts";

/** An answer that takes longer is none. */
const WITHIN_MS = 5_000;
/** Cases that share one set of sessions, so that what one leaves behind can trip the next. */
const WORKERS = 3;

/** How a run went. */
export type Figures = {
  cases: number;
  /** By kind of request. */
  kinds: Record<string, number>;
  /** By what came back. */
  outcomes: Record<string, number>;
  slowestMs: number;
};

/** Sends generated requests to the gateway at `url` and rejects with a minimal one that is answered wrongly. */
export async function fuzzHttpEdge(url: string, cases: number, seed: number): Promise<Figures> {
  const figures: Figures = { cases: 0, kinds: {}, outcomes: {}, slowestMs: 0 };
  const share = Math.ceil(cases / WORKERS);
  const runs = Array.from({ length: WORKERS }, async (_, worker) => {
    const fuzzer = await Fuzzer.start(url, figures);
    try {
      const property = fc.asyncProperty(anyRequest, (request) => fuzzer.check(request));
      await fc.assert(property, { numRuns: share, seed: seed + worker, endOnFailure: false });
    } finally {
      await fuzzer.close();
    }
  });
  await Promise.all(runs);
  return figures;
}

class Fuzzer {
  readonly #url: string;
  readonly #port: number;
  readonly #figures: Figures;
  readonly #sessions: Session[];

  private constructor(url: string, figures: Figures, sessions: Session[]) {
    this.#url = url;
    this.#port = Number(new URL(url).port);
    this.#figures = figures;
    this.#sessions = sessions;
  }

  static async start(url: string, figures: Figures): Promise<Fuzzer> {
    const sessions = SLOTS.map((version) => Session.open(url, { version }));
    return new Fuzzer(url, figures, await Promise.all(sessions));
  }

  async check(request: FuzzRequest): Promise<void> {
    const startedMs = performance.now();
    const outcome = await rawExchange(this.#port, {
      bytes: bytesOf(request, this.#sessionId(request.slot)),
      withinMs: WITHIN_MS,
      toHead: request.method === "HEAD",
      readStreams: request.method === "POST",
      thenEnd: isFramedOddly(request),
    });
    this.#note(request, outcome, performance.now() - startedMs);
    const found = complaints(request, outcome);
    if (found.length > 0) throw new Error(reportOf(request, outcome, found));
    await this.#tidy(request, outcome);
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close()));
  }

  #sessionId(slot: number): string {
    return this.#sessions[slot]?.headers["mcp-session-id"] ?? "";
  }

  /** Ends a session that the request opened, and opens one in place of one that it ended. */
  async #tidy({ method, slot }: FuzzRequest, outcome: Outcome): Promise<void> {
    if (outcome.kind !== "answer" || outcome.answer.status !== 200) return;
    const opened = outcome.answer.headers.get("mcp-session-id");
    if (opened !== undefined)
      await fetch(this.#url, { method: "DELETE", headers: { "mcp-session-id": opened } });
    if (method !== "DELETE") return;
    await this.#sessions[slot]?.close();
    this.#sessions[slot] = await Session.open(this.#url, { version: SLOTS[slot]! });
  }

  #note({ kind }: FuzzRequest, outcome: Outcome, tookMs: number): void {
    const figures = this.#figures;
    const what = outcome.kind === "answer" ? String(outcome.answer.status) : outcome.kind;
    figures.cases++;
    figures.kinds[kind] = (figures.kinds[kind] ?? 0) + 1;
    figures.outcomes[what] = (figures.outcomes[what] ?? 0) + 1;
    figures.slowestMs = Math.max(figures.slowestMs, tookMs);
  }
}

function bytesOf({ method, path, headers, body, chunked }: FuzzRequest, sessionId: string): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value.replace(SESSION, sessionId)}`);
  if (body !== undefined)
    lines.push(chunked ? "transfer-encoding: chunked" : `content-length: ${body.length}`);
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
  const pieces = body === undefined ? [] : chunked ? inChunks(body) : [body];
  return Buffer.concat([Buffer.from(head, "latin1"), ...pieces]);
}

function inChunks(body: Buffer): Buffer[] {
  const half = Math.floor(body.length / 2);
  const chunks = [body.subarray(0, half), body.subarray(half)].filter(({ length }) => length > 0);
  const framed = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from("\r\n"),
  ]);
  return [...framed, Buffer.from("0\r\n\r\n")];
}

function reportOf(request: FuzzRequest, outcome: Outcome, found: string[]): string {
  const sent = bytesOf(request, SESSION).toString("latin1").slice(0, 2_000);
  const got =
    outcome.kind === "answer"
      ? `${outcome.answer.status} ${outcome.answer.body.toString("utf8").slice(0, 1_000)}`
      : JSON.stringify(outcome);
  return `${found.join("; ")}\n--- sent (${request.kind}, ${SLOTS[request.slot]})\n${sent}\n--- got\n${got}`;
}
