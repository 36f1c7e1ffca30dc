import { describe, expect, test } from "vitest";
import {
  FakeBackend,
  profileOf,
  sessionNamed,
  type FakeLink,
} from "../backends/backend.fixture.ts";
import type { BackendSession, Link } from "../backends/port.ts";
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

describe("a session that another process may have opened", () => {
  /** Links of a client whose sessions are known elsewhere, with what happened on them. */
  function shared(known?: BackendSession, agreed?: BackendSession) {
    const backend = new FakeBackend("b");
    backend.keepsSessions = true;
    const opened: string[] = [];
    const began: (BackendSession | undefined)[] = [];
    const agreement = Promise.withResolvers<BackendSession | undefined>();
    if (agreed !== undefined) agreement.resolve(agreed);
    const links = new Links(new Map([["b", backend]]), profileOf(), {
      message: () => undefined,
      known: () => known,
      began(_, session) {
        began.push(session);
        return agreement.promise;
      },
      reopened: async () => undefined,
      opened: async (_, __, session) => void opened.push(session),
      closed: () => undefined,
      failed: () => undefined,
    });
    return { backend, links, opened, began, agree: agreement.resolve };
  }

  const OTHERS = sessionNamed("theirs");

  test("is gone on in, without a word to anybody", async () => {
    const { backend, links, opened, began } = shared(OTHERS);
    expect((await links.get("b", 0)).session).toEqual(OTHERS);
    expect([backend.opened, opened, began]).toEqual([1, ["known"], []]);
  });

  test("takes the place of one that was opened here too late, which ends", async () => {
    const { backend, links, opened } = shared(undefined, OTHERS);
    expect((await links.get("b", 0)).session).toEqual(OTHERS);
    expect(opened).toEqual(["known"]);
    expect([backend.links[0]?.closed, backend.links[0]?.keptSession]).toEqual([true, false]);
  });

  test("is of no use where links are bound now: what is opened there is new", async () => {
    const { backend, links, opened, began, agree } = shared(OTHERS);
    backend.keepsSessions = false;
    agree(undefined);
    await links.get("b", 0);
    expect([opened, began]).toEqual([["new"], [undefined]]);
  });

  test("is left alone when its link is being opened while the process stops", async () => {
    const { backend, links } = shared(OTHERS);
    const letGo = backend.holds();
    const getting = Promise.resolve(links.get("b", 0)).catch(() => undefined);
    await links.close({ keepSession: true });
    letGo();
    await getting;
    expect([backend.link.closed, backend.link.keptSession]).toEqual([true, true]);
  });

  test("is ended when nobody else can know of it, although the process only stops", async () => {
    const { backend, links } = shared();
    const letGo = backend.holds();
    const getting = Promise.resolve(links.get("b", 0)).catch(() => undefined);
    await links.close({ keepSession: true });
    letGo();
    await getting;
    expect([backend.link.closed, backend.link.keptSession]).toEqual([true, false]);
  });

  test("is left alone once others know of it, when the process stops meanwhile", async () => {
    const { backend, links, began, agree } = shared();
    const getting = Promise.resolve(links.get("b", 0)).catch(() => undefined);
    await expect.poll(() => began.length).toBe(1);
    await links.close({ keepSession: true });
    agree(undefined);
    await getting;
    expect([backend.link.closed, backend.link.keptSession]).toEqual([true, true]);
  });
});
