import { expect, test } from "vitest";
import { FakeBackend, profileOf, type FakeLink } from "../backends/backend.fixture.ts";
import { readMessage } from "../rpc/message.ts";
import { notificationText } from "../rpc/reply.ts";
import { BackendListening } from "./backend-listening.ts";

const MINUTE = 60_000;
const nobody = {
  message: () => undefined,
  reopened: () => undefined,
  closed: () => undefined,
};

/** Two processes with a link each to one backend, and what one tells the other. */
async function scene() {
  const clock = { ms: 0 };
  const subscribed = new Set<string>();
  const told: string[] = [];
  const linked: string[] = [];
  const processAt = async (linkedHere: boolean) => {
    const backend = new FakeBackend("b");
    const link = (await backend.open(profileOf(), nobody)) as FakeLink;
    const listening = new BackendListening({
      wanted: false,
      now: () => clock.ms,
      opened: () => (linkedHere ? [["b", link]] : []),
      subscribedTo: (name) => subscribed.has(name),
      isKnown: () => true,
      link: (name) => linked.push(name),
      tell: (text) => told.push(text),
    });
    return { link, listening };
  };
  return { clock, subscribed, told, linked, here: await processAt(true), processAt };
}

test("a backend is listened to while the client listens and uses it, and again from its next use on", async () => {
  const { clock, here } = await scene();
  const { link, listening } = here;
  listening.used("b");
  expect(link.listening).toBe(false);
  listening.listen(true);
  expect(link.listening).toBe(true);
  clock.ms += 5 * MINUTE;
  listening.sweep();
  expect(link.listening).toBe(true);
  clock.ms += 1;
  listening.sweep();
  expect(link.listening).toBe(false);
  listening.used("b");
  expect(link.listening).toBe(true);
  listening.listen(false);
  expect(link.listening).toBe(false);
});

test("a backend is listened to for as long as the client is subscribed there", async () => {
  const { clock, subscribed, here } = await scene();
  here.listening.used("b");
  here.listening.listen(true);
  subscribed.add("b");
  clock.ms += 60 * MINUTE;
  here.listening.sweep();
  expect(here.link.listening).toBe(true);
  subscribed.delete("b");
  here.listening.sweep();
  expect(here.link.listening).toBe(false);
});

test("use in another process counts, which is told once in a while and not by who listens", async () => {
  const { clock, told, here, processAt } = await scene();
  const other = await processAt(true);
  here.listening.used("b");
  here.listening.listen(true);
  told.length = 0;
  clock.ms += 6 * MINUTE;
  here.listening.sweep();
  expect(here.link.listening).toBe(false);
  other.listening.used("b");
  other.listening.used("b");
  expect(told).toHaveLength(1);
  expect(here.listening.hear(readMessage(told[0] ?? ""))).toBe(true);
  expect(here.link.listening).toBe(true);
  clock.ms += 4 * MINUTE + 1;
  other.listening.used("b");
  expect(told).toHaveLength(2);
  here.listening.used("b");
  expect(told).toHaveLength(2);
});

test("a backend that only another process is linked to is linked, when the client listens here", async () => {
  const { told, linked, here, processAt } = await scene();
  const unlinked = await processAt(false);
  here.listening.used("b");
  const word = readMessage(told[0] ?? "");
  unlinked.listening.hear(word);
  expect(linked).toEqual([]);
  unlinked.listening.listen(true);
  unlinked.listening.hear(word);
  expect(linked).toEqual(["b"]);
});

test("what clients say is no word of use", async () => {
  const { here } = await scene();
  expect(here.listening.hear(readMessage(notificationText("notifications/progress")))).toBe(false);
});
