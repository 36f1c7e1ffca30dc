import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { httpWire } from "../wire/http-wire.ts";
import { at } from "../wire/json-tree.ts";
import { Peer } from "../wire/peer.ts";
import { configOf } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

const PROGRAM = fileURLToPath(new URL("../fixtures/toolsets/main.ts", import.meta.url));

let gateway: StartedGateway;
let peers: Peer[];

beforeAll(async () => {
  const program = { transport: "stdio", command: process.execPath, args: [PROGRAM] };
  gateway = await startGateway({ config: configOf([{ name: "sets", ...program }]) });
  peers = await Promise.all([1, 2].map(() => Peer.connect(httpWire(gateway.url))));
});

afterAll(async () => {
  await Promise.all(peers.map((peer) => peer.close()));
  await gateway.stop();
});

async function listed(peer: Peer): Promise<string> {
  return JSON.stringify(at(await peer.request("tools/list"), "result", "tools"));
}

test("a tool that a server enables for one session is listed, can be called and is told of there, and nowhere else", async () => {
  const [one, other] = peers as [Peer, Peer];
  const enabled = { name: "sets_enabled" };
  expect(await listed(one)).toContain("sets_enable");
  expect(at(await one.request("tools/call", enabled), "error")).toBeDefined();
  const told = one.next("notifications/tools/list_changed");
  await one.request("tools/call", { name: "sets_enable" });
  await told;
  expect(await listed(one)).toContain("sets_enabled");
  expect(JSON.stringify(await one.request("tools/call", enabled))).toContain("enabled was called");
  expect(await listed(other)).not.toContain("sets_enabled");
  expect(at(await other.request("tools/call", enabled), "error")).toBeDefined();
  expect(other.heard).toEqual([]);
});
