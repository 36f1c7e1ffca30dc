import { afterAll, beforeAll, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { http } from "../gateway/config.ts";
import { joined } from "../gateway/joined.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { messagesIn, requestText } from "../wire/http.ts";
import { openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configFor } from "./config.ts";
import { Issuer } from "./issuer.ts";

const RESOURCE = "https://tools.example.com/mcp";
const HOUR = "1h0m0s";

const issuer = new Issuer();
let backend: Misbehaving;
let gateway: StartedGateway;

beforeAll(async () => {
  await issuer.start();
  backend = await startMisbehaving();
  gateway = await startGateway({
    config: {
      ...configFor(issuer, RESOURCE, [http("b", backend.url)]),
      sessionStorage: { provider: "memory" },
      rateLimiting: {
        shared: { maxTokens: 7, refillPeriod: HOUR },
        perUser: { maxTokens: 3, refillPeriod: HOUR },
        tools: [{ name: "b_slow", perUser: { maxTokens: 1, refillPeriod: HOUR } }],
        rules: [
          {
            name: "lists",
            match: { operations: ["tools/list"] },
            per: ["user"],
            bucket: { maxTokens: 1, refillPeriod: HOUR },
          },
        ],
      },
    },
    args: ["--debug"],
  });
  await joined(gateway.origin);
});

afterAll(async () => {
  await gateway.stop();
  await backend.close();
  await issuer.stop();
});

async function sessionOf(user: string): Promise<RawSession> {
  const token = await issuer.token({ user, audience: RESOURCE, format: "jwt" });
  return openSession(gateway.url, { headers: { authorization: `Bearer ${token}` } });
}

async function passes(session: RawSession, tool = "b_well"): Promise<boolean> {
  const [text = ""] = await messagesIn(await session.call(1, tool));
  expect(text).toMatch(/"text":"ok"|Rate limit exceeded/);
  return text.includes('"text":"ok"');
}

test("users have buckets of their own, over all their sessions, beside the one that all share", async () => {
  const [alice, bob] = [await sessionOf("alice"), await sessionOf("bob")];
  expect([await passes(alice, "b_slow"), await passes(alice, "b_slow")]).toEqual([true, false]);
  expect([await passes(alice), await passes(alice), await passes(alice)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(await passes(await sessionOf("alice"))).toBe(false);
  expect([await passes(bob), await passes(bob), await passes(bob)]).toEqual([true, true, true]);
  // Six of the seven that all share are gone, and refusals took none.
  const carol = await sessionOf("carol");
  expect([await passes(carol), await passes(carol)]).toEqual([true, false]);
});

test("rules know users too", async () => {
  const list = requestText(1, "tools/list");
  for (const user of ["dora", "emil"]) {
    const session = await sessionOf(user);
    expect(await (await session.post(list)).text()).toContain('"tools"');
    expect(await (await session.post(list)).text()).toContain('"code":429');
  }
});

test("no log line, metric or status names a user", async () => {
  const read = async (path: string): Promise<string> => (await fetch(gateway.origin + path)).text();
  const shown = [gateway.logs(), await read("/metrics"), await read("/status")].join("\n");
  expect(shown).toContain("a limit refused a request");
  expect(shown).not.toMatch(/alice|bob|carol|dora|emil/);
});
