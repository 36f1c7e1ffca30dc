import type { Dispatcher } from "undici";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { event } from "../../test/raw-backend.ts";
import { HttpListener } from "./http-listener.ts";

const NEWS = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}';

/** One GET as the backend sees it. */
class Attempt {
  readonly headers: readonly string[];
  aborted = false;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #controller = {
    abort: (error: Error) => {
      if (this.aborted) return;
      this.aborted = true;
      this.#handler.onResponseError?.(this.#real, error);
    },
  };

  constructor(headers: readonly string[], handler: Dispatcher.DispatchHandler) {
    this.headers = headers;
    this.#handler = handler;
  }

  get #real(): Dispatcher.DispatchController {
    return this.#controller as unknown as Dispatcher.DispatchController;
  }

  get lastEventId(): string | undefined {
    const at = this.headers.indexOf("last-event-id");
    return at === -1 ? undefined : this.headers[at + 1];
  }

  connect(): this {
    this.#handler.onRequestStart?.(this.#real, {});
    return this;
  }

  answer(status: number, type = "text/event-stream"): this {
    if (!this.aborted)
      this.#handler.onResponseStart?.(this.#real, status, { "content-type": type });
    return this;
  }

  say(text: string | Buffer): this {
    if (!this.aborted) this.#handler.onResponseData?.(this.#real, Buffer.from(text as string));
    return this;
  }

  end(): void {
    if (!this.aborted) this.#handler.onResponseEnd?.(this.#real, {});
  }

  fail(): void {
    this.#handler.onResponseError?.(this.#real, new Error("cut"));
  }
}

function rig() {
  const attempts: Attempt[] = [];
  const heard: string[] = [];
  let lost = 0;
  const listener = new HttpListener({
    endpoint: {
      stream: (headers, handler) => void attempts.push(new Attempt(headers, handler)),
    },
    headers: () => ["x-session", "s"],
    inbound: { message: ({ text }) => heard.push(text) },
    lost: () => void lost++,
    now: () => performance.now(),
  });
  const last = (): Attempt => attempts.at(-1)!;
  /** Milliseconds until the next attempt. */
  const waitMs = (): number => {
    const before = attempts.length;
    const startMs = performance.now();
    while (attempts.length === before && performance.now() - startMs < 120_000)
      vi.advanceTimersByTime(1);
    return performance.now() - startMs;
  };
  return { listener, attempts, heard, last, waitMs, lost: () => lost };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a stream that is wanted", () => {
  test("is opened in the session, and what is said on it is heard", () => {
    const { listener, attempts, last, heard } = rig();
    listener.want(true);
    listener.want(true);
    last().connect().answer(200).say(event("")).say(event(NEWS));
    expect(attempts.map(({ headers }) => headers)).toEqual([["x-session", "s"]]);
    expect(heard).toEqual([NEWS]);
  });

  test("loses nothing to what is no message, or an answer to nothing", () => {
    const { listener, last, heard } = rig();
    listener.want(true);
    const stream = last().connect().answer(200, "TEXT/event-stream; charset=utf-8");
    stream.say(event("garbage") + event('{"jsonrpc":"2.0","id":1,"result":{}}') + event(NEWS));
    expect(heard).toEqual([NEWS]);
  });

  test("hears characters that were cut in two", () => {
    const { listener, last, heard } = rig();
    const text = NEWS.replace("}", ',"x":"é"}');
    const bytes = Buffer.from(event(text));
    listener.want(true);
    const stream = last().connect().answer(200);
    for (const byte of bytes) stream.say(Buffer.of(byte));
    expect(heard).toEqual([text]);
  });

  test("takes no notice of what a server says before its answer", () => {
    const { listener, last, heard } = rig();
    listener.want(true);
    last().connect().answer(103).answer(200).say(event(NEWS));
    expect(heard).toEqual([NEWS]);
  });
});

describe("a stream that is not wanted any more", () => {
  test("is closed, and not taken up again", () => {
    const { listener, attempts, last } = rig();
    listener.want(true);
    const stream = last().connect().answer(200);
    listener.want(false);
    expect(stream.aborted).toBe(true);
    vi.advanceTimersByTime(600_000);
    expect(attempts).toHaveLength(1);
  });

  test("is closed also when that is known before it connects", () => {
    const { listener, last } = rig();
    listener.want(true);
    listener.want(false);
    expect(last().connect().aborted).toBe(true);
  });

  test("and then wanted again is there once", () => {
    const { listener, attempts } = rig();
    listener.want(true);
    listener.want(false);
    listener.want(true);
    for (const attempt of attempts) attempt.connect().answer(200);
    vi.advanceTimersByTime(600_000);
    expect(attempts.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test("waits for no further attempt", () => {
    const { listener, attempts, last } = rig();
    listener.want(true);
    last().connect().fail();
    listener.want(false);
    vi.advanceTimersByTime(600_000);
    expect(attempts).toHaveLength(1);
  });
});

describe("a stream that breaks off", () => {
  test("is taken up after its last event", () => {
    const { listener, last, waitMs } = rig();
    listener.want(true);
    last().connect().answer(200).say(event(NEWS, "e1")).end();
    expect(waitMs()).toBe(1_000);
    expect(last().lastEventId).toBe("e1");
  });

  test("is taken up after the time that the server wants, within bounds", () => {
    const { listener, last, waitMs } = rig();
    listener.want(true);
    for (const [said, waited] of [
      ["70", 70],
      ["0", 10],
      ["900000", 30_000],
      ["70", 70],
    ] as const) {
      last().connect().answer(200).say(`retry: ${said}\n\n`).end();
      expect(waitMs()).toBe(waited);
    }
  });

  test("at once, again and again, is asked for ever more rarely", () => {
    const { listener, last, waitMs } = rig();
    listener.want(true);
    const waits = Array.from({ length: 8 }, () => {
      last().connect().answer(200).end();
      return waitMs();
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test.each<[string, (stream: Attempt) => void]>([
    ["said something", (stream) => stream.say(event(NEWS))],
    ["stood for longer than it was waited for", () => vi.advanceTimersByTime(60_000)],
  ])("after it %s is asked for soon", (_, use) => {
    const { listener, last, waitMs } = rig();
    listener.want(true);
    for (let n = 0; n < 6; n++) {
      last().connect().fail();
      waitMs();
    }
    const stream = last().connect().answer(200);
    use(stream);
    stream.end();
    expect(waitMs()).toBe(1_000);
  });

  test("with an event that is too long is not taken up where it would come again", () => {
    const { listener, last, waitMs } = rig();
    listener.want(true);
    const stream = last().connect().answer(200).say(event(NEWS, "e1"));
    stream.say(`data: ${"x".repeat(17 * 1024 * 1024)}`);
    expect(stream.aborted).toBe(true);
    waitMs();
    expect(last().lastEventId).toBeUndefined();
  });
});

describe("a stream that is refused", () => {
  test.each([
    [405, undefined],
    [501, undefined],
    [404, undefined],
    [400, undefined],
    [200, "text/html"],
  ])("with HTTP %s %s is not asked for again in this session", (status, type) => {
    const { listener, attempts, last, lost } = rig();
    listener.want(true);
    last().connect().answer(status, type);
    vi.advanceTimersByTime(600_000);
    expect([attempts.length, lost()]).toEqual([1, 0]);
    listener.renew();
    expect(attempts).toHaveLength(2);
  });

  test.each([401, 429, 500, 503])("with HTTP %s is asked for again", (status) => {
    const { listener, last, waitMs } = rig();
    listener.want(true);
    last().connect().answer(status);
    expect(waitMs()).toBe(1_000);
  });

  test.each([400, 404])("with HTTP %s for its last event begins anew", (status) => {
    const { listener, last, waitMs, lost } = rig();
    listener.want(true);
    last().connect().answer(200).say(event(NEWS, "e1")).end();
    waitMs();
    last().connect().answer(status);
    waitMs();
    expect([last().lastEventId, lost()]).toEqual([undefined, 0]);
  });

  test.each([400, 404])(
    "with HTTP %s where it stood before tells that the session is lost",
    (status) => {
      const { listener, attempts, last, waitMs, lost } = rig();
      listener.want(true);
      last().connect().answer(200).end();
      waitMs();
      last().connect().answer(status);
      expect(lost()).toBe(1);
      listener.renew();
      expect(attempts).toHaveLength(3);
      last().connect().answer(200);
      vi.advanceTimersByTime(600_000);
      expect(attempts).toHaveLength(3);
    },
  );
});

describe("a new session", () => {
  test("leaves the stream of the old one and begins its own", () => {
    const { listener, attempts, last } = rig();
    listener.want(true);
    last().connect().answer(200).say(event(NEWS, "e1"));
    listener.renew();
    expect(attempts.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(last().lastEventId).toBeUndefined();
  });

  test("opens no stream that nobody wants", () => {
    const { listener, attempts } = rig();
    listener.renew();
    expect(attempts).toEqual([]);
  });
});
