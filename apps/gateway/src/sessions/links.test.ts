import { expect, test } from "vitest";
import { FakeBackend, profileOf, type FakeLink } from "../backends/backend.fixture.ts";
import type { Link } from "../backends/port.ts";
import { GatewayError } from "../rpc/errors.ts";
import { notificationText } from "../rpc/reply.ts";
import { Links } from "./links.ts";

interface Scene {
  readonly backend: FakeBackend;
  readonly links: Links;
  readonly heard: string[];
  readonly opened: Link[];
  readonly closed: (Link | undefined)[];
  readonly failed: string[];
}

function scene(open: () => Promise<void> = async () => undefined): Scene {
  const backend = new FakeBackend("b");
  const heard: string[] = [];
  const opened: Link[] = [];
  const closed: (Link | undefined)[] = [];
  const failed: string[] = [];
  const links = new Links(new Map([["b", backend]]), profileOf({ headers: { "x-a": "1" } }), {
    message: (_, link, message) => {
      if (!opened.includes(link)) heard.push("before opened:");
      heard.push(message.method);
    },
    known: () => undefined,
    began: async () => undefined,
    reopened: async (_, link) => {
      opened.push(link);
      await open();
      return undefined;
    },
    opened: async (_, link) => {
      opened.push(link);
      await open();
    },
    closed: (_, link) => closed.push(link),
    failed: (name) => failed.push(name),
  });
  return { backend, links, heard, opened, closed, failed };
}

test("concurrent first uses share one handshake and get the same link", async () => {
  const { backend, links, opened } = scene();
  const letGo = backend.holds();
  const all = [0, 1, 2].map(async (nowMs) => links.get("b", nowMs));
  letGo();
  const [one, ...others] = await Promise.all(all);
  for (const other of others) expect(other).toBe(one);
  expect(backend.opened).toBe(1);
  expect(opened).toEqual([one]);
  expect(links.get("b", 0)).toBe(one);
});

test("a link is handed out only when its backend knows what it must know of the client", async () => {
  const told = Promise.withResolvers<void>();
  const { links, opened } = scene(() => told.promise);
  let got: Link | undefined;
  const getting = Promise.resolve(links.get("b", 0)).then((link) => (got = link));
  await Promise.resolve();
  await Promise.resolve();
  expect([...links.opened()]).toEqual([]);
  expect(got).toBeUndefined();
  told.resolve();
  await getting;
  expect([...links.opened()]).toEqual([["b", opened[0]]]);
});

test("what a backend says before its link is there is heard once it is", async () => {
  const { backend, links, heard } = scene();
  backend.early = [notificationText("notifications/one"), notificationText("notifications/two")];
  await links.get("b", 0);
  backend.link.says(notificationText("notifications/three"));
  expect(heard.filter((method) => method.startsWith("notifications/"))).toEqual([
    "notifications/one",
    "notifications/two",
    "notifications/three",
  ]);
});

test("a failure is told to all who wait, and the next use tries again", async () => {
  const { backend, links, failed } = scene();
  backend.refuses(new GatewayError("backend-timeout", "slow"));
  const results = await Promise.allSettled([links.get("b", 0), links.get("b", 0)]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(backend.opened).toBe(1);
  expect(failed).toEqual(["b"]);
  backend.accepts();
  expect(await links.get("b", 0)).toBe(backend.link);
});

test("a backend that does not exist is the gateway's fault", async () => {
  await expect(scene().links.get("nobody", 0)).rejects.toMatchObject({ code: "internal" });
});

test("a link that dies is replaced at its next use", async () => {
  const { backend, links, closed } = scene();
  const first = await links.get("b", 0);
  backend.link.dies();
  expect(closed).toEqual([first]);
  expect([...links.opened()]).toEqual([]);
  expect(await links.get("b", 0)).not.toBe(first);
});

test("the late end of a link that was replaced leaves the new one alone", async () => {
  const { backend, links } = scene();
  await links.get("b", 0);
  const old = backend.link;
  old.dies();
  const renewed = await links.get("b", 0);
  old.dies();
  expect(links.get("b", 0)).toBe(renewed);
});

test("headers that change while a link is being opened reach it", async () => {
  const { backend, links } = scene();
  const letGo = backend.holds();
  const getting = links.get("b", 0);
  links.passHeaders({ "x-a": "2" });
  letGo();
  await getting;
  expect(backend.link.headers).toEqual({ "x-a": "2" });
  links.passHeaders({ "x-a": "3" });
  expect(backend.link.headers).toEqual({ "x-a": "3" });
});

test("an idle link is closed after its time, counted from its last use, unless it is needed", async () => {
  const { backend, links, closed } = scene();
  backend.linkIdleMs = 100;
  await links.get("b", 0);
  await links.get("b", 50);
  links.closeIdle(149, () => false);
  expect(backend.link.closed).toBe(false);
  links.closeIdle(150, () => true);
  expect(backend.link.closed).toBe(false);
  links.closeIdle(150, () => false);
  expect(backend.link.closed).toBe(true);
  expect(closed).toEqual([backend.link]);
  const old: FakeLink = backend.link;
  expect(await links.get("b", 200)).not.toBe(old);
});

test("a link of a backend without an idle time stays", async () => {
  const { backend, links } = scene();
  await links.get("b", 0);
  links.closeIdle(1e12, () => false);
  expect(backend.link.closed).toBe(false);
});

test("closing does not wait for links that are being opened, and closes them when they are there", async () => {
  const { backend, links, opened } = scene();
  const letGo = backend.holds();
  const ended = Promise.resolve(links.get("b", 0)).catch((error: unknown) => error);
  await links.close();
  letGo();
  expect(await ended).toMatchObject({ code: "session-not-found" });
  expect(backend.link.closed).toBe(true);
  expect(opened).toEqual([]);
});

test("after closing no link is opened any more", async () => {
  const { backend, links } = scene();
  await links.get("b", 0);
  await links.close();
  expect(backend.link.closed).toBe(true);
  await expect(links.get("b", 0)).rejects.toMatchObject({ code: "session-not-found" });
  expect(backend.opened).toBe(1);
});
