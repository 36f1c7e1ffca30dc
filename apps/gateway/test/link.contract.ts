import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Backend, Inbound, Link } from "../src/backends/port.ts";
import { GatewayError } from "../src/rpc/errors.ts";
import { memberText } from "../src/rpc/member-span.ts";
import { idKey } from "../src/rpc/message.ts";
import { FAILURE, FIDELITY } from "./fixtures/scripted-server.ts";
import {
  answerOf,
  call,
  errorOf,
  InboundProbe,
  PROFILE,
  resultOf,
  stateOf,
  type Asked,
} from "./link-probe.ts";

const ANY_NOTIFICATION = '{"jsonrpc":"2.0","method":"notifications/x"}';

/** A backend whose server is the scripted one. */
interface Subject {
  readonly backend: Backend;
  /** Called before a link is opened again after the server died, so that no back-off has to be waited for. */
  readonly afterDeath?: () => void;
  stop(): Promise<void>;
}

/** Starts a subject for each test and ends it after. */
function eachWith(start: () => Promise<Subject>): { open: (inbound?: Inbound) => Promise<Link> } & {
  readonly subject: Subject;
  readonly inbound: InboundProbe;
} {
  let subject: Subject;
  let inbound: InboundProbe;
  beforeEach(async () => {
    subject = await start();
    inbound = new InboundProbe();
  });
  afterEach(async () => {
    await subject.backend.close();
    await subject.stop();
  });
  return {
    get subject() {
      return subject;
    },
    get inbound() {
      return inbound;
    },
    open: (other) => subject.backend.open(PROFILE, other ?? inbound),
  };
}

/** What every adapter of the backend port does, whatever its transport. */
function linkContract(name: string, start: () => Promise<Subject>): void {
  describe(`${name} as a backend`, () => {
    const now = eachWith(start);

    test("tells what the server said of itself, with its number lexemes", async () => {
      const { server } = await now.open();
      expect(server).toEqual({
        protocolVersion: "2025-11-25",
        capabilities: {
          tools: { listChanged: true },
          resources: { subscribe: true },
          logging: {},
        },
        instructions: "Be calm.",
        serverInfo: '{"name":"scripted","version":"1.0","n":1.0}',
      });
    });

    test("a result comes back to the letter", async () => {
      const link = await now.open();
      const answer = await answerOf(call(link, "fidelity"));
      expect(memberText(answer.text, "result")).toBe(FIDELITY);
    });

    test("many requests at once each get their own answer, in whatever order those come", async () => {
      const link = await now.open();
      const ids = [
        "1",
        '"1"',
        "2.50",
        '"2.50"',
        ...Array.from({ length: 20 }, (_, n) => `${n + 10}`),
      ];
      const order: string[] = [];
      const held = ids.map((id) => {
        const asked = call(link, "hold", { id });
        void asked.end.then(() => order.push(id));
        return asked;
      });
      await holds(link, ids.length);
      await answerOf(call(link, "release"));
      const answers = await Promise.all(held.map((asked) => answerOf(asked)));
      expect(answers.map((answer) => idKey(answer.id))).toEqual(ids.map(idKey));
      expect(order.toSorted()).toEqual(ids.toSorted());
    });

    test("an error of the server is an answer, with its data to the letter", async () => {
      const link = await now.open();
      const answer = await answerOf(call(link, "fail", { id: '"3.0"' }));
      expect(answer.failed).toBe(true);
      expect(answer.id).toBe('"3.0"');
      expect(memberText(answer.text, "error")).toBe(FAILURE);
    });

    test("each request gets its own progress, in order, before its answer and with its token", async () => {
      const link = await now.open();
      const tokens = ['"tok"', "7", '"7"'];
      const asked = tokens.map((token) => call(link, "steps", { token }));
      await Promise.all(asked.map((one) => answerOf(one)));
      for (const [at, { heard }] of asked.entries()) {
        expect(heard).toHaveLength(4);
        const seen = heard.slice(0, 3).map((text) => memberText(text, "params", "progressToken"));
        expect(seen).toEqual([tokens[at], tokens[at], tokens[at]]);
        const steps = heard.slice(0, 3).map((text) => memberText(text, "params", "progress"));
        expect(steps).toEqual(["1", "2", "3"]);
      }
    });

    test("two links with the same ids and tokens at once do not meet", async () => {
      const first = await now.open();
      const second = await now.open(new InboundProbe());
      const asked = [first, second].map((link, n) => [
        call(link, "steps", { id: "1", token: "5" }),
        call(link, "echo", { id: "2", arguments: { n } }),
      ]);
      for (const [n, [steps, echo]] of asked.entries()) {
        expect((await answerOf(steps!)).id).toBe("1");
        expect(steps!.heard).toHaveLength(4);
        expect(await resultOf(echo!)).toEqual({ echo: { n } });
      }
    });

    test("a cancelled request is cancelled at the server and heard of no more", async () => {
      const link = await now.open();
      const asked = call(link, "hold");
      await holds(link, 1);
      asked.cancel("enough");
      asked.cancel("enough, I said");
      await expect.poll(async () => (await stateOf(link)).cancelled).toHaveLength(1);
      await answerOf(call(link, "release"));
      expect(asked.heard).toEqual([]);
    });

    test("a log line and a change of the lists reach the client", async () => {
      const link = await now.open();
      link.listen(true);
      await answerOf(call(link, "log", { interim: now.inbound.also }));
      await answerOf(call(link, "announce", { interim: now.inbound.also }));
      const log = await now.inbound.next("notifications/message");
      expect(memberText(log.text, "params", "data")).toBe('"said"');
      await now.inbound.next("notifications/tools/list_changed");
    });

    test("an answer that is no valid message fails its request", async () => {
      const link = await now.open();
      expect(await errorOf(call(link, "malformed"))).toMatchObject({ code: "backend-garbage" });
    });

    test("an answer of several megabytes comes whole", async () => {
      const link = await now.open();
      const { text } = await resultOf<{ text: string }>(
        call(link, "large", { arguments: { chars: 3_000_000 } }),
      );
      expect(text).toHaveLength(3_000_000);
    });

    test("the death of the server fails what is under way, and a new link works", async () => {
      const link = await now.open();
      const held = call(link, "hold");
      await holds(link, 1);
      const died = call(link, "die");
      for (const asked of [held, died])
        expect(await errorOf(asked)).toMatchObject({ code: "backend-unavailable" });
      now.subject.afterDeath?.();
      const next = await now.open(new InboundProbe());
      expect(await resultOf(call(next, "echo"))).toEqual({ echo: {} });
    });

    test("closing a link fails what is under way on it and nothing on others", async () => {
      const link = await now.open();
      const other = await now.open(new InboundProbe());
      const held: Asked = call(link, "hold");
      const kept = call(other, "hold");
      for (const one of [link, other])
        await expect.poll(async () => (await stateOf(one)).held).toBeGreaterThan(0);
      await link.close();
      await link.close();
      expect(await errorOf(held)).toMatchObject({ code: "backend-unavailable" });
      await answerOf(call(other, "release"));
      await answerOf(kept);
    });

    test("closing the backend ends every link, and opens no more", async () => {
      const link = await now.open();
      const held = call(link, "hold");
      await holds(link, 1);
      await now.subject.backend.close();
      expect(await errorOf(held)).toMatchObject({ code: "backend-unavailable" });
      await expect(now.open()).rejects.toThrow(GatewayError);
    });
  });
}

/** Transports on which the server's requests have a client to go to. */
function relayContract(name: string, start: () => Promise<Subject>): void {
  describe(`${name} that asks its client`, () => {
    const now = eachWith(start);

    test("a request of the server reaches the client, and the response the server", async () => {
      const link = await now.open();
      const asked = call(link, "ask", { interim: now.inbound.also });
      const request = await now.inbound.next("sampling/createMessage");
      expect(memberText(request.text, "params")).toBe('{"n":1.0}');
      const response = `{"jsonrpc":"2.0","id":${request.id},"result":{"role":"assistant","n":1.0}}`;
      await link.send(response);
      expect(await resultOf(asked)).toEqual({ response });
    });
  });
}

/** Transports with one standing connection, on which the id alone tells what answers what, and whose end is noticed at once. */
function channelContract(name: string, start: () => Promise<Subject>): void {
  describe(`${name} on one channel`, () => {
    const now = eachWith(start);

    test("the answer to each request carries its id as it was written", async () => {
      const link = await now.open();
      const escaped = String.raw`"A\"\\\/\n\ud83d\ude00 é"`;
      const ids = ["1", "2.0", "1e2", "-7", "9007199254740993", '"1"', '""', escaped];
      const answers = await Promise.all(ids.map((id) => answerOf(call(link, "echo", { id }))));
      expect(answers.map(({ id }) => id)).toEqual(ids);
      expect(answers.map(({ text }) => memberText(text, "result"))).toEqual(
        ids.map(() => '{"echo":{}}'),
      );
    });

    test("a ping of the server is answered without the client", async () => {
      const link = await now.open();
      const asked = call(link, "ask", { arguments: { method: "ping" } });
      const { response } = await resultOf<{ response: string }>(asked);
      expect(JSON.parse(response)).toEqual({ jsonrpc: "2.0", id: 0, result: {} });
      expect(asked.heard).toHaveLength(1);
    });

    test("what is no message is ignored", async () => {
      const link = await now.open();
      expect(await resultOf(call(link, "garbage"))).toEqual({ content: [] });
    });

    test("a closed link takes nothing more", async () => {
      const link = await now.open();
      await link.close();
      expect(await errorOf(call(link, "echo"))).toMatchObject({ code: "backend-unavailable" });
      await expect(link.send(ANY_NOTIFICATION)).rejects.toThrow(GatewayError);
    });

    test("the death of the server is told to inbound, and the link takes nothing more", async () => {
      const link = await now.open();
      call(link, "die");
      expect(await now.inbound.ended.promise).toMatchObject({ code: "backend-unavailable" });
      expect(await errorOf(call(link, "echo"))).toMatchObject({ code: "backend-unavailable" });
      await expect(link.send(ANY_NOTIFICATION)).rejects.toThrow(GatewayError);
    });
  });
}

/** Waits until the server holds so many requests, which over HTTP may take their time. */
async function holds(link: Link, count: number): Promise<void> {
  await expect.poll(async () => (await stateOf(link)).held).toBe(count);
}

export { channelContract, linkContract, relayContract, type Subject };
