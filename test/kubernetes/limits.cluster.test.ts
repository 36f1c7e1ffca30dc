import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { startRedis } from "@headgate/redis-server-for-tests";
import { openPassage, type Passage } from "@headgate/test-cluster";
import { useCluster } from "@headgate/test-cluster/vitest";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { importProgram } from "../charts/program-image.ts";
import { startEcho } from "../fixtures/echo/listen.ts";
import { Issuer } from "../identity/issuer.ts";
import { messagesIn, post, requestText } from "../wire/http.ts";
import { openSession, type RawSession } from "../wire/session.ts";
import { startOperator } from "./running-operator.ts";

const { ownTest: test, cluster } = useCluster({ node: true });

const CRDS = join(import.meta.dirname, "../../deploy/charts/operator-crds/files/crds");
const namespace = "limits-end-to-end";
const AUDIENCE = "https://tools.example.com/mcp";
const HOUR = "1h0m0s";
const EVENTUALLY = { timeout: 60_000, interval: 100 };
const ends: (() => Promise<unknown>)[] = [];

let issuer: Issuer;
let backend: Passage;
let redis: Passage;

function object(kind: string, name: string, spec: object): object {
  const apiVersion = "toolhive.stacklok.dev/v1beta1";
  return { apiVersion, kind, metadata: { name, namespace }, spec };
}

function entry(name: string): object {
  return object("MCPServerEntry", name, {
    remoteUrl: `http://${backend.host}:${backend.port}/mcp`,
    transport: "streamable-http",
    groupRef: { name: "tools" },
    allowPrivateEndpoint: true,
  });
}

function oidcConfig(): object {
  return object("MCPOIDCConfig", "people", {
    type: "inline",
    inline: {
      issuer: issuer.url,
      clientId: issuer.gateway.id,
      insecureAllowHTTP: true,
      jwksAllowPrivateIP: true,
    },
  });
}

const RATE_LIMITING = {
  shared: { maxTokens: 1_000, refillPeriod: HOUR },
  perUser: { maxTokens: 9, refillPeriod: HOUR },
  tools: [{ name: "two_as_json", perUser: { maxTokens: 2, refillPeriod: HOUR } }],
};

function server(more: object = {}): object {
  return object("VirtualMCPServer", "gateway", {
    replicas: 3,
    groupRef: { name: "tools" },
    sessionAffinity: "None",
    sessionStorage: { provider: "redis", address: `${redis.host}:${redis.port}` },
    incomingAuth: { type: "oidc", oidcConfigRef: { name: "people", audience: AUDIENCE } },
    config: { rateLimiting: RATE_LIMITING },
    ...more,
  });
}

beforeAll(async () => {
  const image = await importProgram(cluster(), "gateway");
  await cluster().kubectl(["apply", "--server-side", "--force-conflicts", "-f", CRDS]);
  await cluster().kubectl(["wait", "--for=condition=Established", "crd", "--all"]);
  await cluster().kubectl(["create", "namespace", namespace]);
  ends.push(() => cluster().kubectl(["delete", "namespace", namespace, "--wait=false"]));
  const host = cluster().hostAddress;
  issuer = new Issuer(undefined, host);
  const [echo, store] = await Promise.all([startEcho(), startRedis(), issuer.start()]);
  backend = await openPassage(host, Number(new URL(echo.url).port));
  redis = await openPassage(host, store.port);
  ends.push(backend.close, redis.close, echo.close, store.stop, () => issuer.stop());
  const operator = startOperator(cluster().kubeconfig, namespace, { VMCP_IMAGE: image });
  ends.push(operator.stop);
}, 300_000);

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
}, 120_000);

async function get<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await cluster().kubectl(["get", "-n", namespace, ...args, "-o", "json"])) as T;
}

interface Pod {
  readonly metadata: { readonly uid: string };
  readonly status: {
    readonly podIP: string;
    readonly containerStatuses: readonly { readonly restartCount: number }[];
  };
}

async function pods(): Promise<readonly Pod[]> {
  const { items } = await get<{ items: Pod[] }>("pods", "-l", "app=virtualmcpserver");
  return items;
}

interface LimitStatus {
  readonly limits: readonly { readonly max_tokens: number }[];
  readonly limit_store: { readonly state: string; readonly local_decisions: number };
}

async function limitsAt(origin: string): Promise<LimitStatus> {
  return (await (await fetch(`${origin}/status`)).json()) as LimitStatus;
}

/** The limits in force at a gateway, by their sizes. */
async function sizesAt(origin: string): Promise<readonly number[]> {
  const { limits } = await limitsAt(origin);
  return limits.map((limit) => limit.max_tokens).toSorted((a, b) => a - b);
}

/** How often a gateway decided without the store that all share, once none has to. */
async function aloneAt(origins: readonly string[]): Promise<number> {
  const all = await vi.waitFor(async () => {
    const stores = await Promise.all(
      origins.map(async (each) => (await limitsAt(each)).limit_store),
    );
    expect(stores.map(({ state }) => state)).toEqual(origins.map(() => "healthy"));
    return stores;
  }, EVENTUALLY);
  return all.reduce((sum, store) => sum + store.local_decisions, 0);
}

/**
 * Counts what passes, and holds that to what is wanted to the call.
 * Where a busy machine kept Redis from answering in time a gateway decided alone, as it is to, and the count is taken anew.
 */
async function exactly(
  origins: readonly string[],
  count: (attempt: number) => Promise<{ got: readonly number[]; wanted: readonly number[] }>,
): Promise<void> {
  for (let attempt = 0; attempt < 8; attempt++) {
    const before = await aloneAt(origins);
    const { got, wanted } = await count(attempt);
    if ((await aloneAt(origins)) !== before) continue;
    expect(got).toEqual(wanted);
    return;
  }
  throw new Error("Redis did not answer in time in any of eight attempts");
}

async function sessionOf(user: string, origin: string): Promise<RawSession> {
  const token = await issuer.token({ user, audience: AUDIENCE, format: "jwt" });
  return openSession(`${origin}/mcp`, { headers: { authorization: `Bearer ${token}` } });
}

/** Whether a call in a session passes, whichever gateway it is sent to. */
async function passes(session: RawSession, origin: string, tool: string): Promise<boolean> {
  const text = requestText(randomUUID(), "tools/call", { name: tool, arguments: {} });
  const [answer = ""] = await messagesIn(await post(`${origin}/mcp`, text, session.headers));
  expect(answer).toMatch(/"x-unknown"|Rate limit exceeded/);
  return !answer.includes("Rate limit exceeded");
}

/** How many of so many calls pass, each to the next gateway, one at every gateway at a time. */
async function passed(
  session: RawSession,
  origins: readonly string[],
  { calls, tool = "one_as_json" }: { calls: number; tool?: string },
): Promise<number> {
  let count = 0;
  for (let made = 0; made < calls; made += origins.length) {
    const round = origins.slice(0, calls - made);
    const answers = await Promise.all(round.map((origin) => passes(session, origin, tool)));
    count += answers.filter(Boolean).length;
  }
  return count;
}

/** Edits limits as a person does, and waits until every gateway has them in force. */
async function patchLimits(
  origins: readonly string[],
  { shared, perUser }: { shared: number; perUser: number },
): Promise<void> {
  const rateLimiting = { shared: { maxTokens: shared }, perUser: { maxTokens: perUser } };
  const patch = JSON.stringify({ spec: { config: { rateLimiting } } });
  const startedMs = performance.now();
  await cluster().kubectl(["patch", "-n", namespace, "vmcp/gateway", "--type=merge", "-p", patch]);
  await vi.waitFor(
    async () => {
      for (const origin of origins) expect(await sizesAt(origin)).toEqual([2, perUser, shared]);
    },
    { timeout: 20_000, interval: 20 },
  );
  expect(performance.now() - startedMs).toBeLessThan(5_000);
}

test("limits of manifests hold to the call over three replicas, for each user, and change under sessions that go on", async () => {
  await cluster().apply([
    object("MCPGroup", "tools", {}),
    ...["one", "two", "three"].map(entry),
    oidcConfig(),
    server(),
  ]);
  await cluster().kubectl([
    "wait",
    "-n",
    namespace,
    "--for=condition=Ready",
    "vmcp/gateway",
    "--timeout=90s",
  ]);
  await cluster().kubectl([
    "rollout",
    "status",
    "-n",
    namespace,
    "deploy/gateway",
    "--timeout=90s",
  ]);
  const first = await pods();
  const origins = first.map(({ status }) => `http://${status.podIP}:4483`);
  expect(origins).toHaveLength(3);
  const one = origins[0]!;
  await vi.waitFor(async () => {
    for (const origin of origins) {
      const { backends } = (await (await fetch(`${origin}/status`)).json()) as {
        backends: { health: string }[];
      };
      expect(backends.map(({ health }) => health)).toEqual(["healthy", "healthy", "healthy"]);
    }
  }, EVENTUALLY);
  const refused = await fetch(`${one}/mcp`, { method: "POST", body: "{}" });
  expect(refused.status).toBe(401);

  // One session of Alice and another one, each call to the next replica.
  let alice = await sessionOf("alice", one);
  await exactly(origins, async (attempt) => {
    alice = await sessionOf(`alice-${attempt}`, one);
    const again = await sessionOf(`alice-${attempt}`, origins[1]!);
    const calls = [
      await passed(alice, origins, { calls: 12 }),
      await passed(again, origins, { calls: 3 }),
    ];
    return { got: calls, wanted: [9, 0] };
  });

  // Bob is not refused, but for a tool's own limit; through the Service, whichever replica that leads to.
  const { spec } = await get<{ spec: { clusterIP: string } }>("service/vmcp-gateway");
  const service = `http://${spec.clusterIP}:4483`;
  let bob = await sessionOf("bob", service);
  await exactly(origins, async (attempt) => {
    bob = await sessionOf(`bob-${attempt}`, service);
    const calls = [
      await passed(bob, [service], { calls: 4, tool: "two_as_json" }),
      await passed(bob, [service, ...origins], { calls: 4 }),
    ];
    return { got: calls, wanted: [2, 4] };
  });

  // A changed limit starts full, for sessions that go on: so many more for Alice, and three of what all share are left.
  await exactly(origins, async (attempt) => {
    const own = 6 + attempt;
    await patchLimits(origins, { shared: own + 3, perUser: own });
    const calls = [
      await passed(alice, origins, { calls: own + 3 }),
      await passed(bob, origins, { calls: own }),
    ];
    return { got: calls, wanted: [own, 3] };
  });
  for (const session of [alice, bob]) {
    for (const origin of origins) {
      const list = requestText(1, "tools/list");
      const answer = await post(`${origin}/mcp`, list, session.headers);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain("three_as_json");
    }
  }
  const uids = (all: readonly Pod[]) => all.map(({ metadata }) => metadata.uid).toSorted();
  const last = await pods();
  expect(uids(last)).toEqual(uids(first));
  expect(last.flatMap(({ status }) => status.containerStatuses)).toEqual(
    last.map(() => expect.objectContaining({ restartCount: 0 })),
  );
}, 240_000);

const NO_REDIS = "config.rateLimiting requires sessionStorage with provider 'redis'";
const NO_USERS = "config.rateLimiting.perUser requires incomingAuth.type oidc";
const NO_USERS_OF_TOOLS = "per-tool perUser rate limiting requires incomingAuth.type oidc";

test.each([
  ["without a store", { sessionStorage: undefined }, [NO_REDIS]],
  ["with sessions in memory", { sessionStorage: { provider: "memory" } }, [NO_REDIS]],
  [
    "without knowing callers",
    { incomingAuth: { type: "anonymous" } },
    [NO_USERS, NO_USERS_OF_TOOLS],
  ],
])("limits %s are refused by the API server, which says why", async (_how, more, messages) => {
  const refused = await cluster()
    .apply([server(more)])
    .then(() => "accepted", String);
  const known = [NO_REDIS, NO_USERS, NO_USERS_OF_TOOLS];
  expect(known.filter((message) => refused.includes(message))).toEqual(messages);
  for (const message of messages) expect(refused).toContain(`Invalid value: ${message}`);
});
