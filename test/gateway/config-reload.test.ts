import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { events, messagesIn, requestText } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

const HOUR = "1h0m0s";
const MEMORY = { sessionStorage: { provider: "memory" } };

let backend: Misbehaving;
let gateway: StartedGateway;
let session: RawSession;

beforeAll(async () => {
  backend = await startMisbehaving();
});

beforeEach(async () => {
  gateway = await startGateway({ config: limitedTo(2) });
  session = await openSession(gateway.url);
});

afterEach(() => gateway.stop());
afterAll(() => backend.close());

function limitedTo(maxTokens: number, more: Record<string, unknown> = {}): object {
  return configOf([http("b", backend.url)], {
    sessionStorage: { provider: "memory" },
    rateLimiting: { shared: { maxTokens, refillPeriod: HOUR } },
    ...more,
  });
}

type Status = {
  limits: { max_tokens: number }[];
  config_reload?: { outcome: string; problems: string[]; needs_restart: string[] };
};

async function status(): Promise<Status> {
  return (await (await fetch(`${gateway.origin}/status`)).json()) as Status;
}

async function outcomes(): Promise<string[]> {
  const text = await (await fetch(`${gateway.origin}/metrics`)).text();
  return text.split("\n").filter((line) => line.startsWith("headgate_config_"));
}

async function passes(name = "b_well", more: object = {}): Promise<boolean> {
  const [text = ""] = await messagesIn(await session.call(1, name, more));
  return !text.includes("Rate limit exceeded");
}

async function write(config: object | string): Promise<void> {
  await writeFile(gateway.configFile, typeof config === "string" ? config : stringify(config));
}

test("changed limits are in force without a session or a call being lost", async () => {
  expect([await passes(), await passes(), await passes()]).toEqual([true, true, false]);
  await write(limitedTo(9));
  await expect.poll(async () => (await status()).config_reload?.outcome).toBe("applied");
  expect((await status()).limits).toMatchObject([{ max_tokens: 9 }]);
  const running = passes("b_slow", { arguments: { ms: 1_500 } });
  await write(limitedTo(3));
  await expect.poll(async () => (await status()).limits[0]?.max_tokens).toBe(3);
  expect(await running).toBe(true);
  expect(await passes()).toBe(true);
});

test("a limit that stays keeps its debt", async () => {
  expect([await passes(), await passes()]).toEqual([true, true]);
  await write(
    limitedTo(2, {
      rateLimiting: {
        shared: { maxTokens: 2, refillPeriod: HOUR },
        tools: [{ name: "b_slow", shared: { maxTokens: 1, refillPeriod: HOUR } }],
      },
    }),
  );
  await expect.poll(async () => (await status()).limits.length).toBe(2);
  expect(await passes()).toBe(false);
});

test("an invalid file is refused with its reasons, and the limits stay", async () => {
  await write({ ...limitedTo(0), colour: "red" });
  await expect.poll(async () => (await status()).config_reload?.outcome).toBe("refused");
  const { limits, config_reload } = await status();
  expect(limits).toMatchObject([{ max_tokens: 2 }]);
  expect(config_reload?.problems.join("\n")).toContain("rateLimiting.shared.maxTokens");
  expect(gateway.logs()).toContain("is refused, and what was in force stays");
  expect(await outcomes()).toEqual(
    expect.arrayContaining([
      'headgate_config_reloads_total{outcome="refused"} 1',
      "headgate_config_valid 0",
    ]),
  );
  await write(limitedTo(5));
  await expect.poll(async () => (await status()).limits[0]?.max_tokens).toBe(5);
  expect(await outcomes()).toContain("headgate_config_valid 1");
});

test("what needs a restart is named, and not done", async () => {
  await write(limitedTo(4, { operational: { startupWait: "3s" } }));
  await expect
    .poll(async () => (await status()).config_reload?.needs_restart)
    .toEqual(["operational"]);
  expect((await status()).limits).toMatchObject([{ max_tokens: 4 }]);
  expect(gateway.logs()).toContain("needs a restart: operational");
});

test("SIGHUP has the file read again, whatever it says", async () => {
  process.kill(gateway.pid, "SIGHUP");
  await expect.poll(async () => (await status()).config_reload?.outcome).toBe("applied");
  process.kill(gateway.pid, "SIGHUP");
  await expect.poll(outcomes).toContain('headgate_config_reloads_total{outcome="applied"} 2');
});

test("a file that is swapped by a link is noticed, as ConfigMaps are", async () => {
  const folder = dirname(gateway.configFile);
  await mkdir(join(folder, "..new"));
  await writeFile(join(folder, "..new", "config.yaml"), stringify(limitedTo(7)));
  await symlink("..new", join(folder, "..data"));
  await symlink(join("..data", "config.yaml"), join(folder, "config.link"));
  await rename(join(folder, "config.link"), gateway.configFile);
  await expect.poll(async () => (await status()).limits[0]?.max_tokens).toBe(7);
  await mkdir(join(folder, "..newer"));
  await writeFile(join(folder, "..newer", "config.yaml"), stringify(limitedTo(8)));
  await symlink("..newer", join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  await expect.poll(async () => (await status()).limits[0]?.max_tokens).toBe(8);
});

async function toolNames(): Promise<string[]> {
  const [text = ""] = await messagesIn(await session.post(requestText(1, "tools/list")));
  const { result } = JSON.parse(text) as { result: { tools: { name: string }[] } };
  return result.tools.map(({ name }) => name);
}

test("backends come, go and move while sessions go on, and clients hear that lists changed", async () => {
  const other = await startMisbehaving();
  const asked = backend.received().filter(({ method }) => method === "initialize").length;
  expect(await toolNames()).toContain("b_well");
  const stream = await session.stream();
  const heard = events(stream);
  await write(configOf([http("b", backend.url), http("c", other.url)], MEMORY));
  await expect.poll(toolNames).toEqual(expect.arrayContaining(["b_well", "c_well"]));
  for await (const { data } of heard) if (data?.includes("tools/list_changed")) break;
  expect(await passes("c_well")).toBe(true);
  // What stayed was not touched.
  const again = backend.received().filter(({ method }) => method === "initialize").length;
  expect(again).toBe(asked);
  await write(configOf([http("c", other.url)], MEMORY));
  await expect.poll(toolNames).not.toContain("b_well");
  const [refused = ""] = await messagesIn(await session.call(1, "b_well"));
  expect(refused).toContain("Unknown tool");
  const calls = backend.received().length;
  await write(configOf([http("c", backend.url)], MEMORY));
  await expect.poll(() => backend.received().length).toBeGreaterThan(calls);
  await expect.poll(toolNames).toContain("c_well");
  expect(await passes("c_well")).toBe(true);
  expect((await status()).config_reload?.needs_restart).toEqual([]);
  await other.close();
});
