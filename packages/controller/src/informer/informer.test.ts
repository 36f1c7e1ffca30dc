import { describe, expect, test } from "vitest";
import { ManualClock, settled } from "../../test/manual-clock.ts";
import type { ListPage, WatchEvent, WatchRequest } from "../api/client.ts";
import { ControllerError } from "../api/error.ts";
import { defineKind } from "../api/kind.ts";
import type { KubeObject } from "../api/object.ts";
import { sleep } from "../time/clock.ts";
import { createInformer } from "./informer.ts";

const things = defineKind({
  group: "example.com",
  version: "v1",
  kind: "Thing",
  plural: "things",
  namespaced: true,
});

function thing(name: string, version: number): KubeObject {
  return { metadata: { namespace: "n", name, resourceVersion: String(version) } };
}

/** An event, a failure, the end, or so many milliseconds of silence. */
type Line = WatchEvent<KubeObject> | ControllerError | "end" | number;

/** A server that answers as it is told to, in order, and then says nothing more. */
function scripted(
  script: {
    lists: readonly (ListPage<KubeObject> | ControllerError)[];
    watches: readonly (readonly Line[])[];
  },
  clock: ManualClock,
) {
  const asked: string[] = [];
  let lists = 0;
  let watches = 0;
  const client = {
    list: async () => {
      asked.push("list");
      const answer = script.lists[Math.min(lists++, script.lists.length - 1)];
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer");
      return answer;
    },
    watch: async function* (_kind: unknown, { resourceVersion, signal }: WatchRequest) {
      asked.push(`watch from ${resourceVersion}`);
      for (const line of script.watches[watches++] ?? []) {
        if (line === "end") return;
        if (line instanceof Error) throw line;
        if (typeof line === "number") await sleep(clock, line, signal!);
        else yield line;
      }
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
    },
  };
  return { client: client as unknown as Parameters<typeof createInformer>[0]["client"], asked };
}

const empty = { items: [], resourceVersion: "1" };

function following(script: Parameters<typeof scripted>[0]) {
  const clock = new ManualClock();
  const { client, asked } = scripted(script, clock);
  const logged: string[] = [];
  const line = (_fields: object, message: string) => logged.push(message);
  const log = { info: line, warn: line, error: line };
  const informer = createInformer({ client, kind: things, clock, random: () => 0, log });
  const stop = new AbortController();
  return { informer, clock, asked, logged, stop, done: informer.run(stop.signal) };
}

describe("an informer", () => {
  test("goes on from the last version that it heard of, be it of an event or of a bookmark", async () => {
    const { asked, clock, stop, done } = following({
      lists: [empty],
      watches: [
        [{ type: "ADDED", object: thing("a", 5) }, "end"],
        [{ type: "BOOKMARK", resourceVersion: "9" }, "end"],
      ],
    });
    await clock.advance(100);
    expect(asked).toEqual(["list", "watch from 1", "watch from 5", "watch from 9"]);
    stop.abort();
    await done;
  });

  test("does not take a watch for dead on which anything arrives", async () => {
    const bookmark = { type: "BOOKMARK", resourceVersion: "1" } as const;
    const { asked, clock, stop, done } = following({
      lists: [empty],
      watches: [[30_000, bookmark, 30_000, bookmark, 30_000, bookmark]],
    });
    await clock.advance(100_000);
    expect(asked).toEqual(["list", "watch from 1"]);
    stop.abort();
    await done;
  });

  test("takes a silent watch for dead", async () => {
    const { asked, clock, stop, done } = following({ lists: [empty], watches: [[], []] });
    await clock.advance(44_999);
    expect(asked).toEqual(["list", "watch from 1"]);
    await clock.advance(1);
    expect(asked).toEqual(["list", "watch from 1", "watch from 1"]);
    stop.abort();
    await done;
  });

  test("is not in step before a list has succeeded", async () => {
    const refused = new ControllerError("forbidden", "no");
    const { informer, clock, stop, done } = following({ lists: [refused, empty], watches: [] });
    let synced = false;
    void informer.synced.then(() => (synced = true));
    await clock.advance(99);
    expect(synced).toBe(false);
    await clock.advance(1);
    expect(synced).toBe(true);
    stop.abort();
    await done;
  });

  test("tells a person of lasting trouble once, and of its end", async () => {
    const refused = new ControllerError("forbidden", "no");
    const { clock, logged, stop, done } = following({
      lists: [refused, refused, refused, refused, empty],
      watches: [[{ type: "ADDED", object: thing("a", 5) }]],
    });
    await clock.advance(10_000);
    expect(logged).toEqual([
      "an informer cannot list or watch, and goes on trying",
      "an informer is in step again",
    ]);
    stop.abort();
    await done;
  });

  test("tells a handler what is there, and lets one that fails disturb nobody", async () => {
    const { informer, logged, stop, done } = following({
      lists: [{ items: [thing("a", 1)], resourceVersion: "1" }],
      watches: [[{ type: "ADDED", object: thing("b", 2) }]],
    });
    await informer.synced;
    const told: string[] = [];
    informer.subscribe(() => {
      throw new Error("broken");
    });
    const end = informer.subscribe(({ key }) => told.push(key));
    await settled();
    expect(told).toEqual(["n/a", "n/b"]);
    expect(new Set(logged)).toEqual(new Set(["a handler of changes failed"]));
    end();
    informer.offer(thing("c", 3));
    expect(told).toEqual(["n/a", "n/b"]);
    stop.abort();
    await done;
  });
});
