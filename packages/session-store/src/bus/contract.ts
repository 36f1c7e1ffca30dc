import assert from "node:assert/strict";
import { registerScenarios, type ContractRunner } from "../contract-runner.ts";
import type { BusMessage, SessionBus } from "./session-bus.ts";

/** Three processes on one bus, each hearing the others. */
export interface OpenedSessionBus {
  readonly buses: readonly [SessionBus, SessionBus, SessionBus];
  /** Cuts all of them off, does `during`, and resolves when they hear each other again. */
  readonly interrupt: (during: () => Promise<unknown>) => Promise<void>;
  readonly close?: () => void | Promise<void>;
}

/** Opens a bus whose messages may have `maxBytes`. */
export type OpenSessionBus = (maxBytes: number) => OpenedSessionBus | Promise<OpenedSessionBus>;

const MAX_BYTES = 64 * 1024;
const TOPIC = "topic";

/** Registers one test per promise that every `SessionBus` keeps. */
export function sessionBusContract(runner: ContractRunner, open: OpenSessionBus): void {
  registerScenarios(runner, () => open(MAX_BYTES), scenarios);
}

const scenarios: Readonly<Record<string, (opened: OpenedSessionBus) => Promise<void>>> = {
  "a broadcast reaches every other process, and not its sender": async ({ buses: [a, b, c] }) => {
    const inboxes = [a, b, c].map((bus) => new Inbox(bus));
    assert.deepEqual(await a.broadcast(TOPIC, "hello"), { outcome: "sent" });
    const expected = { from: a.processId, topic: TOPIC, text: "hello", direct: false };
    for (const inbox of inboxes.slice(1)) assert.deepEqual(await inbox.next(), expected);
    await b.broadcast(TOPIC, "after it");
    assert.equal((await inboxes[0]?.next())?.text, "after it");
  },

  "a direct message reaches one process alone": async ({ buses: [a, b, c] }) => {
    const [atA, atB, atC] = [new Inbox(a), new Inbox(b), new Inbox(c)];
    await a.sendTo(b.processId, TOPIC, "for b");
    await a.sendTo("a-process-that-is-gone", TOPIC, "for nobody");
    await a.sendTo(a.processId, TOPIC, "for myself");
    const expected = { from: a.processId, topic: TOPIC, text: "for b", direct: true };
    assert.deepEqual(await atB.next(), expected);
    await b.broadcast(TOPIC, "last");
    assert.equal((await atC.next()).text, "last");
    assert.equal((await atA.next()).text, "last");
  },

  "the messages of one sender arrive in the order in which they were sent": async ({
    buses: [a, b, c],
  }) => {
    const inbox = new Inbox(c);
    const texts = Array.from({ length: 200 }, (_, index) => `${index}`);
    await Promise.all(
      texts.flatMap((text) => [a.broadcast(TOPIC, text), b.broadcast(TOPIC, text)]),
    );
    const arrived = await inbox.take(400);
    for (const { processId } of [a, b]) {
      const own = arrived.filter(({ from }) => from === processId).map(({ text }) => text);
      assert.deepEqual(own, texts);
    }
    assert.equal(inbox.gaps, 0);
  },

  "direct messages of one sender arrive in order, whoever gets others between them": async ({
    buses: [a, b, c],
  }) => {
    const inbox = new Inbox(c);
    for (let index = 0; index < 100; index++) {
      void a.sendTo(c.processId, TOPIC, `${index}`);
      void a.sendTo(b.processId, TOPIC, `${index}`);
    }
    const texts = (await inbox.take(100)).map(({ text }) => text);
    assert.deepEqual(
      texts,
      Array.from({ length: 100 }, (_, index) => `${index}`),
    );
    assert.equal(inbox.gaps, 0);
  },

  "topics are apart, and who stopped listening hears nothing": async ({ buses: [a, b] }) => {
    const [other, stopped, inbox] = [new Inbox(b, "other"), new Inbox(b), new Inbox(b)];
    stopped.stop();
    await a.broadcast(TOPIC, "first");
    assert.equal((await inbox.next()).text, "first");
    await a.broadcast("other", "second");
    assert.equal((await other.next()).text, "second");
    assert.deepEqual([stopped.size, inbox.size], [0, 0]);
  },

  "any text arrives as it was sent": async ({ buses: [a, b] }) => {
    const inbox = new Inbox(b);
    const texts = ["", " ", "a b", "ä€😀\n\r\u0000", "x".repeat(MAX_BYTES - TOPIC.length)];
    for (const text of texts) await a.broadcast(TOPIC, text);
    assert.deepEqual(
      (await inbox.take(texts.length)).map(({ text }) => text),
      texts,
    );
  },

  "a message that is too large is refused and sent to nobody": async ({ buses: [a, b] }) => {
    const inbox = new Inbox(b);
    const large = "€".repeat(Math.ceil(MAX_BYTES / 3));
    const refusal = { outcome: "too-large", maxBytes: MAX_BYTES };
    assert.deepEqual(await a.broadcast(TOPIC, large), refusal);
    assert.deepEqual(await a.sendTo(b.processId, TOPIC, large), refusal);
    await a.broadcast(TOPIC, "small");
    assert.equal((await inbox.next()).text, "small");
    assert.equal(inbox.gaps, 0);
  },

  "after an interruption listeners are told of the gap, and messages arrive again": async ({
    buses: [a, b, c],
    interrupt,
  }) => {
    const inboxes = [new Inbox(b), new Inbox(c)];
    await a.broadcast(TOPIC, "before");
    for (const inbox of inboxes) assert.equal((await inbox.next()).text, "before");
    await interrupt(() => a.broadcast(TOPIC, "lost"));
    await a.broadcast(TOPIC, "after");
    for (const inbox of inboxes) {
      let text = "";
      // What was sent during the interruption may arrive, or not.
      do ({ text } = await inbox.next());
      while (text === "lost");
      assert.equal(text, "after");
      assert.ok(inbox.gaps >= 1, "a gap was told");
    }
  },

  "a bus that was closed hears nothing more, and the others go on": async ({
    buses: [a, b, c],
  }) => {
    const [closed, inbox] = [new Inbox(b), new Inbox(c)];
    b.close();
    await a.broadcast(TOPIC, "hello");
    assert.equal((await inbox.next()).text, "hello");
    assert.equal(closed.size, 0);
    assert.equal((await b.broadcast(TOPIC, "from a closed one")).outcome, "unavailable");
  },

  "names that cannot stand in a message are a mistake": async ({ buses: [a] }) => {
    const isInvalid = { code: "invalid-option" };
    await assert.rejects(a.broadcast("two words", ""), isInvalid);
    await assert.rejects(a.sendTo("a process", TOPIC, ""), isInvalid);
    assert.throws(() => a.listen("", { message: () => undefined }), isInvalid);
  },
};

/** What one process heard on a topic and nobody has taken yet. */
class Inbox {
  readonly stop: () => void;
  gaps = 0;
  readonly #messages: BusMessage[] = [];
  #arrived: (() => void) | undefined;

  constructor(bus: SessionBus, topic = TOPIC) {
    this.stop = bus.listen(topic, {
      message: (message) => {
        this.#messages.push(message);
        this.#arrived?.();
      },
      gap: () => {
        this.gaps += 1;
      },
    });
  }

  get size(): number {
    return this.#messages.length;
  }

  async next(): Promise<BusMessage> {
    const [message] = await this.take(1);
    return message ?? assert.fail("a message was taken");
  }

  async take(count: number): Promise<BusMessage[]> {
    while (this.#messages.length < count) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    return this.#messages.splice(0, count);
  }
}
