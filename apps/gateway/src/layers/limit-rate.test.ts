import type { RateLimitConfig } from "@headgate/ratelimit-types";
import { memoryStore, type Decision, type TokenBucketStore } from "@headgate/token-bucket";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callOf, type ReplyProbe } from "../../test/reply-probe.ts";
import { request } from "../../test/request-text.ts";
import type { Call } from "../core/call.ts";
import { LiveLimits } from "../limits/live-limits.ts";
import { limitRate } from "./limit-rate.ts";
import { Limiter } from "./limiter.ts";

const TOOL_CALL = request("tools/call", '{"name":"a_echo"}', '"x"');

interface Rig {
  /** Makes a call; whether it was let through. */
  readonly call: (made?: Call) => boolean;
  readonly reply: () => ReplyProbe;
  readonly passMicros: (micros: number) => void;
  readonly decisions: Decision[];
}

function rig(config: RateLimitConfig): Rig {
  let nowMicros = 1_000_000_000;
  let through = 0;
  let last = callOf(TOOL_CALL);
  const decisions: Decision[] = [];
  const limiter = new Limiter({
    store: memoryStore({ now: () => nowMicros }),
    tellsWhatIsLeft: true,
    limits: new LiveLimits(config),
    now: () => 0,
    decided: ({ decision }) => decisions.push(decision),
  });
  const handler = limitRate(limiter)(() => void through++);
  return {
    call: (made = callOf(TOOL_CALL)) => {
      const before = through;
      last = made as typeof last;
      handler(made);
      return through > before;
    },
    reply: () => last.reply,
    passMicros: (micros) => void (nowMicros += micros),
    decisions,
  };
}

interface Facts {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly retryAfterSeconds: number; readonly retryAfterMs: number };
}

function refusalOf(reply: ReplyProbe) {
  const { text, headers } = reply.refusal!;
  const { id, result } = JSON.parse(text) as {
    id: unknown;
    result: {
      isError: boolean;
      content: { text: string }[];
      structuredContent?: Facts;
      _meta?: Record<string, Facts>;
    };
  };
  return {
    id,
    result,
    headers,
    facts: result.structuredContent ?? Object.values(result["_meta"]!)[0]!,
  };
}

const bucket = fc.record({
  maxTokens: fc.integer({ min: 1, max: 20 }),
  refillPeriod: fc.integer({ min: 1, max: 100_000 }).map((ms) => `${ms}ms`),
});

describe("a call within the limits", () => {
  test("passes, and takes a token from each bucket that applies", () => {
    const { call } = rig({
      shared: { maxTokens: 3, refillPeriod: "1h" },
      tools: [{ name: "a_echo", shared: { maxTokens: 1, refillPeriod: "1h" } }],
    });
    expect([call(), call()]).toEqual([true, false]);
    const other = (): boolean => call(callOf(TOOL_CALL, { name: "b_echo" }));
    expect([other(), other(), other()]).toEqual([true, true, false]);
  });

  test("other methods are not limited, and ask no store", () => {
    const { call, decisions } = rig({ shared: { maxTokens: 1, refillPeriod: "1h" } });
    const read = callOf(request("resources/read", "{}"));
    expect([call(read), call(read)]).toEqual([true, true]);
    expect(decisions).toEqual([]);
  });

  test("a tool without a limit asks no store", () => {
    const { call, decisions } = rig({
      tools: [{ name: "b_echo", shared: { maxTokens: 1, refillPeriod: "1h" } }],
    });
    expect([call(), call()]).toEqual([true, true]);
    expect(decisions).toEqual([]);
  });
});

describe("a refusal", () => {
  test("is a result that a model can act on, in the reference's shape, under the call's id", () => {
    const { call, reply, passMicros } = rig({ shared: { maxTokens: 1, refillPeriod: "10s" } });
    call();
    passMicros(300_000);
    expect(call()).toBe(false);
    const { id, result } = refusalOf(reply());
    expect(id).toBe("x");
    expect(result).toEqual({
      isError: true,
      content: [
        { type: "text", text: "Rate limit exceeded" },
        {
          type: "text",
          text: "The call was not run. Wait 10 seconds, then make the same call again; calling earlier does not help.",
        },
      ],
      structuredContent: {
        code: 429,
        message: "Rate limit exceeded",
        data: { retryAfterSeconds: 10, retryAfterMs: 9700 },
      },
    });
  });

  test("of a tool with a schema for its output keeps the facts out of what is held to it", () => {
    const { call, reply } = rig({ shared: { maxTokens: 1, refillPeriod: "10s" } });
    call();
    call(callOf(TOOL_CALL, { typedOutput: true }));
    const { result } = refusalOf(reply());
    expect(result.structuredContent).toBeUndefined();
    expect(result["_meta"]?.["io.headgate/rateLimit"]).toMatchObject({
      code: 429,
      data: { retryAfterSeconds: 10 },
    });
  });

  test("says in HTTP headers what applies and what is left of the tightest, and is not to be cached", () => {
    const { call, reply } = rig({
      shared: { maxTokens: 5, refillPeriod: "90s" },
      tools: [{ name: "a_echo", shared: { maxTokens: 1, refillPeriod: "1500ms" } }],
    });
    call();
    call();
    expect(refusalOf(reply()).headers).toEqual({
      "ratelimit-policy": '"shared";q=5;w=90, "tool";q=1;w=2',
      ratelimit: '"tool";r=0;t=2',
      "retry-after": "2",
      "cache-control": "no-store",
    });
  });

  test("of two empty buckets names the one that takes longer", () => {
    const { call, reply } = rig({
      shared: { maxTokens: 1, refillPeriod: "5s" },
      tools: [{ name: "a_echo", shared: { maxTokens: 1, refillPeriod: "30s" } }],
    });
    call();
    call();
    const { headers } = refusalOf(reply());
    expect(headers).toMatchObject({ ratelimit: '"tool";r=0;t=30', "retry-after": "30" });
  });

  test("changes nothing", () => {
    const { call, passMicros } = rig({ shared: { maxTokens: 1, refillPeriod: "10s" } });
    call();
    for (let n = 0; n < 100; n++) expect(call()).toBe(false);
    passMicros(10_000_000);
    expect(call()).toBe(true);
  });

  test("tells the exact wait: the call passes after it and never more than a millisecond before", () => {
    fc.assert(
      fc.property(
        bucket,
        bucket,
        fc.array(fc.integer({ min: 0, max: 10_000_000 }), { maxLength: 30 }),
        (shared, own, gaps) => {
          const { call, reply, passMicros } = rig({
            shared,
            tools: [{ name: "a_echo", shared: own }],
          });
          for (const gap of gaps) {
            call();
            passMicros(gap);
          }
          while (call());
          const { facts, headers } = refusalOf(reply());
          const { retryAfterMs, retryAfterSeconds } = facts.data;
          expect(retryAfterSeconds).toBe(Math.max(1, Math.ceil(retryAfterMs / 1000)));
          expect(headers["retry-after"]).toBe(String(retryAfterSeconds));
          const t = Number(/;t=(\d+)$/.exec(headers["ratelimit"]!)?.[1]);
          expect(t).toBeLessThanOrEqual(retryAfterSeconds);
          passMicros(retryAfterMs * 1000 - 1000);
          expect(call()).toBe(false);
          passMicros(1000);
          expect(call()).toBe(true);
        },
      ),
    );
  });
});

describe("a store that answers later", () => {
  const limits = new LiveLimits({ shared: { maxTokens: 1, refillPeriod: "1h" } });

  function through(take: TokenBucketStore["take"], next: (call: Call) => void) {
    const call = callOf(TOOL_CALL);
    const store = { take, takeBatch: () => [] };
    const limiter = new Limiter({
      store,
      tellsWhatIsLeft: true,
      limits,
      now: () => 0,
      decided: () => undefined,
    });
    limitRate(limiter)(next)(call);
    return call.reply;
  }

  test("is waited for", async () => {
    const real = memoryStore();
    const passed = Promise.withResolvers<undefined>();
    through(
      (asked) => Promise.resolve(real.take(asked)),
      () => passed.resolve(undefined),
    );
    await expect(passed.promise).resolves.toBeUndefined();
  });

  test("or fails fails the call", async () => {
    const reply = through(
      () => Promise.reject(new Error("gone")),
      () => undefined,
    );
    await expect.poll(() => reply.error?.code).toBe("internal");
  });

  test("may answer a call that was cancelled meanwhile, which then goes nowhere", async () => {
    const real = memoryStore();
    const answered = Promise.withResolvers<undefined>();
    let passed = 0;
    const reply = through(
      async (asked) => {
        await answered.promise;
        return real.take(asked);
      },
      () => void passed++,
    );
    reply.finished = true;
    answered.resolve(undefined);
    await expect.poll(() => real.size).toBe(1);
    await new Promise(setImmediate);
    expect([passed, reply.refusal]).toEqual([0, undefined]);
  });

  test("does not hide what goes wrong behind it", async () => {
    const real = memoryStore();
    const reply = through(
      (asked) => Promise.resolve(real.take(asked)),
      () => {
        throw new Error("broken");
      },
    );
    await expect.poll(() => reply.error?.code).toBe("internal");
  });
});
