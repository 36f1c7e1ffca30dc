import { afterAll, beforeAll, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { httpWire } from "../wire/http-wire.ts";
import { at } from "../wire/json-tree.ts";
import { Peer } from "../wire/peer.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

let here: Misbehaving;
let away: Misbehaving;
let gateway: StartedGateway;
let peer: Peer;

beforeAll(async () => {
  [here, away] = await Promise.all([startMisbehaving(), startMisbehaving()]);
  await away.close();
  gateway = await startGateway({
    config: configOf([http("here", here.url), http("away", away.url)]),
  });
});

afterAll(async () => {
  await peer.close();
  await gateway.stop();
  await Promise.all([here.close(), away.close()]);
});

async function listed(): Promise<string> {
  return JSON.stringify(await peer.request("tools/list"));
}

test("a client is served although a backend is down, and does not wait for it", async () => {
  const startedMs = performance.now();
  peer = await Peer.connect(httpWire(gateway.url));
  expect(performance.now() - startedMs).toBeLessThan(2_500);
  expect(await listed()).toContain("here_well");
  expect(await listed()).not.toContain("away_well");
  expect(at(await peer.request("tools/call", { name: "here_well" }), "result")).toBeDefined();
});

test("a backend that was down at the start joins when it comes up, and clients are told", async () => {
  const told = peer.next("notifications/tools/list_changed");
  away = await startMisbehaving({ port: away.port });
  await told;
  expect(await listed()).toContain("away_well");
  expect(at(await peer.request("tools/call", { name: "away_well" }), "result")).toBeDefined();
});

test("a backend that goes down stays listed, its calls fail at once and name it, and others go on", async () => {
  await away.close();
  await peer.request("tools/call", { name: "away_well" });
  const startedMs = performance.now();
  const failed = await peer.request("tools/call", { name: "away_well" });
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  expect(at(failed, "error", "message")).toContain("away");
  expect(JSON.stringify(failed)).not.toContain(String(away.port));
  expect(await listed()).toContain("away_well");
  expect(at(await peer.request("tools/call", { name: "here_well" }), "result")).toBeDefined();
});
