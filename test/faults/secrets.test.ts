import { afterAll, beforeAll, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { MISBEHAVIOURS } from "../fixtures/misbehaving/misbehaviours.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { configOf, httpBackend, stdioBackend } from "./gateway-config.ts";
import { answerIn, Session } from "./session.ts";

/** What the configuration, the environment, clients and backends hold that nobody else may see. */
const CANARY = {
  injected: "canary-injected-51c0d2",
  backendHeader: "canary-backend-header-9e11aa",
  plainVariable: "canary-plain-variable-77b3f0",
  tokenVariable: "canary-token-variable-0a6e4c",
  passedThrough: "canary-passed-through-d4419b",
  authorization: "canary-authorization-38f7e5",
  cookie: "canary-cookie-a90b12",
  argument: "canary-argument-6c5d80",
  strangeSession: "canary-strange-session-b28e47",
  /** Of the page that a misbehaving backend answers errors with. */
  errorPage: "db.internal",
  errorPageStack: "/srv/app/db",
} as const;

const PAGES = ["/status", "/metrics", "/api/backends/health", "/readyz", "/health"];
/** Those that never end by themselves, or carry what the test itself asks back. */
const LEFT_OUT = new Set(["flood", "endless_line", "large", "large_streaming", "large_in_halves"]);

let backend: Misbehaving;
let broken: Misbehaving;
let gateway: StartedGateway;
let session: Session;

function leakyChild(): Record<string, unknown> & { name: string } {
  const program = 'console.error("token " + process.env.PLAIN); process.exit(3)';
  const env = { PLAIN: CANARY.plainVariable, API_TOKEN: CANARY.tokenVariable };
  const args = ["--eval", program];
  return { name: "leaky", transport: "stdio", command: process.execPath, args, env };
}

beforeAll(async () => {
  [backend, broken] = await Promise.all([
    startMisbehaving(),
    startMisbehaving({ at: { initialize: "crash_page" } }),
  ]);
  const backends = [
    { ...httpBackend("bad", backend.url), headers: { "X-Key": CANARY.backendHeader } },
    httpBackend("broken", broken.url),
    { ...stdioBackend("child", "on-call"), env: { API_TOKEN: CANARY.tokenVariable } },
    leakyChild(),
  ];
  const operational = {
    logLevel: "debug",
    timeouts: { default: "5s", perWorkload: { bad: "300ms" } },
  };
  const injection = { headerName: "X-Api-Key", headerValueEnv: "INJECTED" };
  gateway = await startGateway({
    config: {
      ...configOf(backends, operational),
      outgoingAuth: {
        source: "inline",
        default: { type: "unauthenticated" },
        backends: { bad: { type: "header_injection", headerInjection: injection } },
      },
      passthroughHeaders: ["x-tenant-secret"],
      rateLimiting: {
        tools: [{ name: "bad_well", shared: { maxTokens: 2, refillPeriod: "1h0m0s" } }],
      },
    },
    env: { INJECTED: CANARY.injected },
  });
  session = await Session.open(gateway.url, {
    headers: {
      authorization: `Bearer ${CANARY.authorization}`,
      cookie: `session=${CANARY.cookie}`,
      "x-tenant-secret": CANARY.passedThrough,
    },
  });
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all([backend.close(), broken.close()]);
});

async function postRaw(body: string, headers: Record<string, string> = {}): Promise<string> {
  const all = { ...session.headers, ...headers };
  const response = await fetch(gateway.url, { method: "POST", headers: all, body });
  return response.text();
}

/** What clients are told when everything goes wrong that can, with a canary in every argument. */
async function everythingFails(): Promise<string[]> {
  const secret = { secret: CANARY.argument, nested: [{ secret: CANARY.argument }] };
  const told: unknown[] = [];
  for (const tool of Object.keys(MISBEHAVIOURS).filter((name) => !LEFT_OUT.has(name))) {
    const answer = await session.call(`bad_${tool}`, secret).catch(String);
    told.push(typeof answer === "string" ? answer : answer.error);
  }
  const asked = ["bad_well", "bad_well", "bad_nothing", "broken_well", "child_crash", "child_echo"];
  for (const tool of asked) told.push((await session.call(tool, secret)).error);
  const reached = backend.next("tools/call");
  const cancelled = session.post("tools/call", { name: "bad_hang_streaming", arguments: secret });
  await reached;
  await session.notify("notifications/cancelled", { requestId: session.lastId });
  told.push(await answerIn(await cancelled).catch(String));
  told.push(await session.ask("resources/read", { uri: "x://y", _meta: secret }));
  told.push(await session.ask("no/such/method", secret));
  const { argument } = CANARY;
  const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"bad_html","arguments":{"a":"${argument}"}}}`;
  told.push(
    await postRaw(`${argument}${call}`),
    await postRaw(call.slice(0, -3)),
    await postRaw(call.replace('"id":1', `"id":1,"id":2`)),
    await postRaw(call.replace('"2.0"', `"${argument}"`)),
    await postRaw(call, { "content-type": "text/plain" }),
    await postRaw(call, { "mcp-session-id": CANARY.strangeSession }),
    await postRaw(call, { origin: "https://evil.example" }),
  );
  return told.map((each) => JSON.stringify(each) ?? "");
}

function found(text: string): string[] {
  return Object.entries(CANARY).flatMap(([name, canary]) => (text.includes(canary) ? [name] : []));
}

test("no secret of anybody is in any log line, page, or error, whatever fails", async () => {
  const told = await everythingFails();
  expect(told.join("\n")).toContain("The backend bad answered with HTTP 500.");
  expect(found(told.join("\n"))).toEqual([]);
  for (const page of PAGES) {
    const text = await (await fetch(gateway.origin + page)).text();
    expect([page, found(text)]).toEqual([page, []]);
    expect(text).not.toContain(session.headers["mcp-session-id"]);
  }
  await session.close();
  expect(await gateway.stop()).toBe(0);
  const logs = gateway.logs();
  // The test would prove nothing of a log that says nothing.
  for (const expected of [
    '"level":"debug"',
    "call failed",
    "token [PLAIN]",
    '"method":"tools/call"',
  ])
    expect(logs).toContain(expected);
  expect(found(logs)).toEqual([]);
  expect(logs).not.toContain(session.headers["mcp-session-id"]);
});

test("backends got what was meant for them, so that the secrets were in play", () => {
  const sent = JSON.stringify(backend.headers());
  for (const canary of [CANARY.injected, CANARY.backendHeader, CANARY.passedThrough])
    expect(sent).toContain(canary);
  expect(sent).not.toContain(CANARY.cookie);
  expect(JSON.stringify(backend.received())).toContain(CANARY.argument);
});
