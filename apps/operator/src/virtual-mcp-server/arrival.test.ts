import { expect, test } from "vitest";
import { Arrivals } from "./arrival.ts";
import type { Observed } from "./observe.ts";

function seen(more: Partial<Observed> = {}): Observed {
  return {
    server: { apiVersion: "v1", kind: "VirtualMCPServer", metadata: { name: "a", uid: "u" } },
    spec: { groupRef: { name: "tools" }, incomingAuth: { type: "anonymous" } },
    group: undefined,
    members: [],
    authConfigs: new Map(),
    toolConfigs: new Map(),
    ...more,
  } as unknown as Observed;
}

const group = { metadata: { name: "tools" } } as unknown as Observed["group"];
const member = (name: string) => ({ name }) as unknown as Observed["members"][number];

test("a new server waits until what came with it is there and nothing more comes", () => {
  const arrivals = new Arrivals();
  expect(arrivals.waitMs(seen(), 0)).toBeGreaterThan(0);
  expect(arrivals.waitMs(seen({ group, members: [member("one")] }), 20)).toBeGreaterThan(0);
  expect(
    arrivals.waitMs(seen({ group, members: [member("one"), member("two")] }), 40),
  ).toBeGreaterThan(0);
  expect(arrivals.waitMs(seen({ group, members: [member("one"), member("two")] }), 80)).toBe(0);
});

test("what never comes is not waited for longer than two seconds", () => {
  const arrivals = new Arrivals();
  let [nowMs, rounds] = [0, 0];
  for (let waitMs = arrivals.waitMs(seen(), nowMs); waitMs > 0; rounds += 1) {
    nowMs += waitMs;
    waitMs = arrivals.waitMs(seen(), nowMs);
  }
  expect(nowMs).toBe(2_000);
  expect(rounds).toBeLessThan(100);
});

test.each([
  ["has a gateway", { deployment: { metadata: { name: "a" } } }],
  ["was judged before", { server: { metadata: { uid: "u" }, status: { phase: "Failed" } } }],
])("a server that %s does not wait", (_, more) => {
  expect(new Arrivals().waitMs(seen(more as unknown as Partial<Observed>), 0)).toBe(0);
});
