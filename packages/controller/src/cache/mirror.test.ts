import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WatchEvent } from "../api/client.ts";
import { keyOf, type KubeObject } from "../api/object.ts";
import { Mirror } from "./mirror.ts";
import { Store, type Change } from "./store.ts";

function object(name: string, version: number, uid = "1"): KubeObject {
  return { metadata: { namespace: "n", name, uid, resourceVersion: String(version) } };
}

function mirrorOf(items: readonly KubeObject[], version: number) {
  const store = new Store<KubeObject>();
  const mirror = new Mirror(store, false);
  mirror.replace({ items, resourceVersion: String(version) });
  return { store, mirror };
}

describe("a new list", () => {
  test("tells what came, what changed and what went, and nothing else", () => {
    const { mirror } = mirrorOf([object("same", 1), object("old", 2), object("gone", 3)], 3);
    const items = [object("same", 1), object("old", 5), object("new", 6)];
    expect(mirror.replace({ items, resourceVersion: "6" })).toEqual([
      { key: "n/gone", previous: object("gone", 3) },
      { key: "n/old", previous: object("old", 2), current: object("old", 5) },
      { key: "n/new", current: object("new", 6) },
    ]);
  });

  test("does not undo what a write was answered with after it was taken", () => {
    const { store, mirror } = mirrorOf([object("a", 1)], 1);
    mirror.offer(object("a", 9));
    mirror.offer(object("b", 8));
    expect(mirror.replace({ items: [object("a", 2)], resourceVersion: "5" })).toEqual([]);
    expect(store.all()).toEqual([object("a", 9), object("b", 8)]);
  });

  test("of an earlier version than known is of a restored server, and all that counts", () => {
    const { store, mirror } = mirrorOf([object("a", 90), object("b", 80)], 100);
    mirror.replace({ items: [object("a", 10)], resourceVersion: "20" });
    expect(store.all()).toEqual([object("a", 10)]);
  });
});

describe("the answer to a write", () => {
  test("is known at once, and its event tells nothing new", () => {
    const { mirror } = mirrorOf([object("a", 1)], 1);
    const change = { key: "n/a", previous: object("a", 1), current: object("a", 2) };
    expect(mirror.offer(object("a", 2))).toEqual(change);
    expect(mirror.follow({ type: "MODIFIED", object: object("a", 2) })).toBeUndefined();
  });

  test("does not bring back what has been deleted meanwhile", () => {
    const { store, mirror } = mirrorOf([object("a", 1)], 1);
    mirror.follow({ type: "DELETED", object: object("a", 5) });
    expect(mirror.offer(object("a", 4))).toBeUndefined();
    expect(store.size).toBe(0);
  });

  test("of an object that is made anew survives the event of the old one's deletion", () => {
    const { store, mirror } = mirrorOf([object("a", 1)], 1);
    mirror.offer(object("a", 3, "2"));
    expect(mirror.follow({ type: "DELETED", object: object("a", 2) })).toBeUndefined();
    expect(store.all()).toEqual([object("a", 3, "2")]);
  });

  test("adds nothing to a list with a selector, which the object may not match", () => {
    const store = new Store<KubeObject>();
    const mirror = new Mirror(store, true);
    mirror.replace({ items: [object("a", 1)], resourceVersion: "1" });
    expect(mirror.offer(object("b", 2))).toBeUndefined();
    expect(mirror.offer(object("a", 3))).toMatchObject({ key: "n/a" });
  });
});

test("two lists in one store do not touch each other's objects", () => {
  const store = new Store<KubeObject>();
  const first = new Mirror(store, false);
  const second = new Mirror(store, false);
  first.replace({ items: [object("a", 1)], resourceVersion: "1" });
  second.replace({ items: [], resourceVersion: "2" });
  expect(store.size).toBe(1);
});

/** Everything that happened on a server, one version each. */
class History {
  readonly events: Exclude<WatchEvent<KubeObject>, { type: "BOOKMARK" }>[] = [];

  write(name: string): KubeObject {
    const version = this.events.length + 1;
    const held = this.at(this.events.length).get(`n/${name}`);
    const uid = held?.metadata.uid ?? `made at ${version}`;
    const written = object(name, version, uid);
    this.events.push({ type: held === undefined ? "ADDED" : "MODIFIED", object: written });
    return written;
  }

  delete(name: string): void {
    const held = this.at(this.events.length).get(`n/${name}`);
    if (held === undefined) return;
    const last = object(name, this.events.length + 1, held.metadata.uid);
    this.events.push({ type: "DELETED", object: last });
  }

  /** What there was at a version. */
  at(version: number): Map<string, KubeObject> {
    const objects = new Map<string, KubeObject>();
    for (const { type, object: one } of this.events.slice(0, version)) {
      if (type === "DELETED") objects.delete(keyOf(one.metadata));
      else objects.set(keyOf(one.metadata), one);
    }
    return objects;
  }
}

const name = fc.constantFrom("a", "b", "c");
const step = fc.oneof(
  fc.record({ do: fc.constant("write" as const), name, offered: fc.boolean() }),
  fc.record({ do: fc.constant("delete" as const), name }),
  fc.record({ do: fc.constant("late answer" as const) }),
  fc.record({ do: fc.constant("event" as const) }),
  fc.record({ do: fc.constant("list" as const), behind: fc.nat(3) }),
  fc.record({ do: fc.constant("bookmark" as const) }),
);

test("whatever lists, events and answers come in whatever order: in the end it is what the server has, and the changes add up to it", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const server = new History();
      const store = new Store<KubeObject>();
      const mirror = new Mirror(store, false);
      const told = new Map<string, KubeObject>();
      const tell = ({ key, previous, current }: Change<KubeObject>) => {
        expect(told.get(key)).toEqual(previous);
        if (current === undefined) told.delete(key);
        else told.set(key, current);
      };
      let seen = 0;
      const late: KubeObject[] = [];
      const list = (version: number) => {
        const items = [...server.at(version).values()];
        mirror.replace({ items, resourceVersion: String(version) }).forEach(tell);
        seen = version;
      };
      const follow = (event: WatchEvent<KubeObject>) => {
        const change = mirror.follow(event);
        if (change !== undefined) tell(change);
      };
      const offer = (one: KubeObject | undefined) => {
        const change = one === undefined ? undefined : mirror.offer(one);
        if (change !== undefined) tell(change);
      };
      list(0);
      for (const one of steps) {
        switch (one.do) {
          case "write": {
            const written = server.write(one.name);
            if (one.offered) offer(written);
            else late.push(written);
            break;
          }
          case "delete":
            server.delete(one.name);
            break;
          case "late answer":
            offer(late.shift());
            break;
          case "event":
            if (seen < server.events.length) follow(server.events[seen++]!);
            break;
          case "list":
            // Never from before what is known: lists are asked for as they are now.
            list(Math.max(seen, server.events.length - one.behind));
            break;
          case "bookmark":
            follow({ type: "BOOKMARK", resourceVersion: String(seen) });
        }
      }
      while (seen < server.events.length) follow(server.events[seen++]!);
      late.forEach(offer);
      const truth = server.at(server.events.length);
      expect(new Map(store.all().map((one) => [keyOf(one.metadata), one]))).toEqual(truth);
      expect(told).toEqual(truth);
    }),
    { numRuns: 3_000 },
  );
});
