import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { meanwhile } from "./bystander.ts";
import { configOf, httpBackend } from "./gateway-config.ts";
import { metric } from "./metrics.ts";
import { peakRssBytes, rssBytes } from "./process-table.ts";
import { answerIn, isStream, Session } from "./session.ts";
import { callAndReadNothing } from "./stuck-client.ts";

const MIB = 1024 * 1024;
const TEN_MIB = 10 * MIB;
const TIMEOUT_MS = 1_500;
/** So little that whatever is kept shows soon. */
const HEAP_MIB = 384;

let well: Misbehaving;
let bad: Misbehaving;
let gateway: StartedGateway;
let session: Session;

beforeAll(async () => {
  [well, bad] = await Promise.all([startMisbehaving(), startMisbehaving()]);
  const backends = [httpBackend("well", well.url), httpBackend("bad", bad.url)];
  const timeouts = { default: "10s", perWorkload: { bad: `${TIMEOUT_MS}ms` } };
  gateway = await startGateway({
    config: configOf(backends, { timeouts }),
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` },
  });
  session = await Session.open(gateway.url);
});

afterAll(async () => {
  await session.close();
  expect(await gateway.stop()).toBe(0);
  await Promise.all([well, bad].map((backend) => backend.close()));
});

function aside<T>(act: () => Promise<T>): Promise<T> {
  return meanwhile(session, "well_well", act);
}

/** How much more memory the gateway takes at most while `act` runs than before. */
async function growthBytes(act: () => Promise<unknown>): Promise<number> {
  const before = await rssBytes(gateway.pid);
  return (await peakRssBytes(gateway.pid, act)) - before;
}

/** How many bytes a result has; it is only counted, so that this process stays quick. */
async function sizeOf(tool: string, bytes: number): Promise<number> {
  const response = await session.post("tools/call", { name: tool, arguments: { bytes } });
  expect(response.statusCode).toBe(200);
  let size = 0;
  for await (const chunk of response.body) size += (chunk as Buffer).length;
  return size;
}

test("a large JSON result streams through: its first bytes come before the backend sent its last", async () => {
  await aside(async () => {
    const ms = 600;
    const params = { name: "bad_large_in_halves", arguments: { ms } };
    const response = await session.post("tools/call", params);
    expect(isStream(response)).toBe(false);
    let firstAtMs: number | undefined;
    let bytes = 0;
    for await (const chunk of response.body) {
      firstAtMs ??= performance.now();
      bytes += (chunk as Buffer).length;
    }
    expect(bytes).toBeGreaterThan(TEN_MIB);
    expect(performance.now() - firstAtMs!).toBeGreaterThan(ms / 2);
  });
});

test("twenty results of ten mebibytes as JSON cost no more memory than their pieces under way", async () => {
  await aside(async () => {
    const growth = await growthBytes(async () => {
      const sizes = Array.from({ length: 20 }, () => sizeOf("bad_large", TEN_MIB));
      for (const size of await Promise.all(sizes)) expect(size).toBeGreaterThan(TEN_MIB);
    });
    expect(growth).toBeLessThan(100 * MIB);
  });
});

test("results of ten mebibytes on event streams arrive whole, and are not kept for ever", async () => {
  await aside(async () => {
    const growth = await growthBytes(async () => {
      for (let n = 0; n < 10; n++)
        expect(await sizeOf("bad_large_streaming", TEN_MIB)).toBeGreaterThan(TEN_MIB);
    });
    expect(growth).toBeLessThan(250 * MIB);
  });
});

test("a result of 40 MiB as one event reaches a client that reads", async () => {
  await aside(async () => {
    const params = { name: "bad_large_streaming", arguments: { bytes: 4 * TEN_MIB } };
    const { result } = await answerIn(await session.post("tools/call", params));
    expect(result?.content?.[0]?.text.length).toBe(4 * TEN_MIB);
  });
});

test("a line that never ends fails its call at 100 MiB, and the backend is hung up on", async () => {
  await aside(async () => {
    const abandoned = bad.abandoned();
    const growth = await growthBytes(async () => {
      const { error } = await session.call("bad_endless_line");
      expect(error).toMatchObject({
        code: -32_603,
        message: `The backend bad sent more than ${100 * MIB} bytes.`,
      });
      await abandoned;
    });
    expect(growth).toBeLessThan(400 * MIB);
  });
});

describe("a client that reads nothing", () => {
  test("of a large JSON result is cut off, and the backend is held back meanwhile", async () => {
    await aside(async () => {
      const abandoned = bad.abandoned();
      const growth = await growthBytes(async () => {
        const args = { bytes: 8 * TEN_MIB };
        const client = await callAndReadNothing(session, "bad_large", args);
        await abandoned;
        expect(await client.readOut()).toBeLessThan(4 * TEN_MIB);
      });
      expect(growth).toBeLessThan(60 * MIB);
    });
  });

  test("of a flood of events is cut off, and only the last of them are kept for it", async () => {
    await aside(async () => {
      const growth = await growthBytes(async () => {
        const flooding = bad.next("tools/call");
        const client = await callAndReadNothing(session, "bad_flood", {});
        await flooding;
        const enough = bad.sentBytes() + 60 * TEN_MIB;
        await expect.poll(() => bad.sentBytes(), { timeout: 10_000 }).toBeGreaterThan(enough);
        const abandoned = bad.abandoned();
        await session.notify("notifications/cancelled", { requestId: "stuck-bad_flood" });
        await abandoned;
        expect(await client.readOut()).toBeLessThan(4 * TEN_MIB);
      });
      expect(growth).toBeLessThan(HEAP_MIB * MIB);
    });
  });
});

test("after all that no call is under way any more", async () => {
  await expect.poll(() => metric(gateway.origin, "headgate_calls_in_flight")).toBe(0);
});
