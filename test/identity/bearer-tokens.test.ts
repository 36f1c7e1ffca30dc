import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { http } from "../gateway/config.ts";
import { joined } from "../gateway/joined.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { startGateway } from "../gateway/start.ts";
import { notificationText, post, requestText } from "../wire/http.ts";
import { initializeText, openSession } from "../wire/session.ts";
import type { RawSession } from "../wire/session.ts";
import { configFor, SCOPE } from "./config.ts";
import { Issuer, newKeys } from "./issuer.ts";

const RESOURCE = "https://tools.example.com/mcp";
const LIST = requestText(1, "tools/list");

const issuer = new Issuer();
let backend: Misbehaving;
let gateway: StartedGateway;

beforeAll(async () => {
  await issuer.start();
  backend = await startMisbehaving();
  gateway = await startGateway({
    config: configFor(issuer, RESOURCE, [http("b", backend.url)], {
      introspectionUrl: `${issuer.url}/token/introspection`,
      clientSecretEnv: "IDP_SECRET",
      clockSkew: "0s",
    }),
    env: { IDP_SECRET: issuer.gateway.secret },
    args: ["--debug"],
  });
  await joined(gateway.origin);
});

afterAll(async () => {
  await gateway.stop();
  await backend.close();
  await issuer.stop();
});

type Wish = Partial<Parameters<Issuer["token"]>[0]>;

const tokens: string[] = [];

async function tokenOf(user: string, wish: Wish = {}): Promise<string> {
  const token = await issuer.token({ user, audience: RESOURCE, format: "jwt", ...wish });
  tokens.push(token);
  return token;
}

const bearing = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

async function sessionOf(user: string, wish: Wish = {}): Promise<RawSession> {
  return openSession(gateway.url, { headers: bearing(await tokenOf(user, wish)) });
}

const begin = (token: string): Promise<Response> =>
  post(gateway.url, initializeText("2025-11-25"), bearing(token));

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.origin}/metrics`)).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  return Number(line?.split(" ").at(-1) ?? 0);
}

describe.each(["jwt", "opaque"] as const)("a user with a token of the kind %s", (format) => {
  test("calls tools", async () => {
    const session = await sessionOf("alice", { format });
    expect(await (await session.call(1, "b_well")).text()).toContain('"text":"ok"');
  });

  test("goes on in the same session with a new token", async () => {
    const session = await sessionOf("alice", { format });
    const renewed = bearing(await tokenOf("alice", { format }));
    expect((await session.post(LIST, renewed)).status).toBe(200);
  });

  test("reaches no session of another user, which lives on", async () => {
    const session = await sessionOf("alice", { format });
    const foreign = bearing(await tokenOf("bob", { format }));
    const stranger = { ...session.headers, ...foreign };
    for (const method of ["POST", "GET", "DELETE"]) {
      const response = await fetch(gateway.url, {
        method,
        headers: {
          ...stranger,
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
        },
        ...(method === "POST" && { body: notificationText("notifications/initialized") }),
      });
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("Session not found");
    }
    expect((await session.post(LIST)).status).toBe(200);
  });

  test("is turned away with a token for another audience, without a scope, or past its end", async () => {
    const other = await begin(
      await tokenOf("alice", { format, audience: "https://other.example" }),
    );
    expect(other.status).toBe(401);
    expect(other.headers.get("www-authenticate")).toContain('error="invalid_token"');
    const without = await begin(await tokenOf("alice", { format, scope: "other" }));
    expect(without.status).toBe(403);
    expect(without.headers.get("www-authenticate")).toContain(
      `scope="${SCOPE}", error="insufficient_scope"`,
    );
    const session = await sessionOf("alice", { format, ttlSeconds: 2 });
    expect((await session.post(LIST)).status).toBe(200);
    await expect.poll(async () => (await session.post(LIST)).status, { timeout: 5_000 }).toBe(401);
  });

  test("has a standing stream no longer than a token", async () => {
    const session = await sessionOf("alice", { format, ttlSeconds: 3 });
    const stream = await session.stream();
    expect(stream.status).toBe(200);
    // Ends by itself.
    await stream.text();
    expect((await session.stream()).status).toBe(401);
  });
});

test("a token that was seen before costs the issuer nothing, and neither does a wrong one", async () => {
  const [signed, opaque] = [await tokenOf("alice"), await tokenOf("alice", { format: "opaque" })];
  for (const token of [signed, opaque]) expect((await begin(token)).status).toBe(200);
  const before = issuer.asked.length;
  for (let n = 0; n < 50; n++) {
    expect((await begin(n % 2 === 0 ? signed : opaque)).status).toBe(200);
    expect((await begin(`${signed.slice(0, -8)}AAAAAAAA`)).status).toBe(401);
  }
  expect(issuer.asked.length).toBe(before);
});

test("whoever sends no token is told where to get one", async () => {
  const response = await post(gateway.url, initializeText("2025-11-25"));
  expect(response.status).toBe(401);
  const { host } = new URL(gateway.url);
  expect(response.headers.get("www-authenticate")).toBe(
    `Bearer realm="${issuer.url}", ` +
      `resource_metadata="http://${host}/.well-known/oauth-protected-resource/mcp", ` +
      `scope="${SCOPE}", error="invalid_request", ` +
      'error_description="A bearer token is required in the Authorization header."',
  );
  const metadata = `${gateway.origin}/.well-known/oauth-protected-resource/mcp`;
  expect(await (await fetch(metadata)).json()).toEqual({
    resource: RESOURCE,
    authorization_servers: [issuer.url],
    bearer_methods_supported: ["header"],
    scopes_supported: [SCOPE],
  });
});

test.each(["/health", "/readyz", "/status", "/metrics", "/api/backends/health"])(
  "%s asks nobody for a token",
  async (path) => {
    expect((await fetch(`${gateway.origin}${path}`)).status).toBe(200);
  },
);

test("keys that the issuer replaced are found at once, and the old ones are forgotten", async () => {
  const old = await tokenOf("alice");
  expect((await begin(old)).status).toBe(200);
  await issuer.stop();
  await issuer.start(await newKeys());
  expect((await begin(await tokenOf("alice"))).status).toBe(200);
  expect((await begin(old)).status).toBe(401);
});

test("while the issuer is away known keys go on, others are told to come back, wrong tokens are wrong", async () => {
  const [seen, unseen] = [await tokenOf("alice"), await tokenOf("alice")];
  const opaque = await tokenOf("alice", { format: "opaque" });
  const expired = await tokenOf("alice", { ttlSeconds: -10 });
  expect((await begin(seen)).status).toBe(200);
  const other = new Issuer();
  await other.start();
  const foreign = await other.token({ user: "alice", audience: RESOURCE, format: "jwt" });
  await other.stop();
  await issuer.stop();
  for (const token of [seen, unseen]) expect((await begin(token)).status).toBe(200);
  for (const token of [expired, foreign]) expect((await begin(token)).status).toBe(401);
  const response = await begin(opaque);
  expect(response.status).toBe(503);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  await issuer.start();
  const status = async (): Promise<number> =>
    (await begin(await tokenOf("alice", { format: "opaque" }))).status;
  await expect.poll(status, { timeout: 10_000 }).toBe(200);
});

test("a gateway that starts while its issuer is away is ready, and lets users in once it is back", async () => {
  const late = new Issuer();
  await late.start();
  const token = await late.token({ user: "alice", audience: RESOURCE, format: "jwt" });
  await late.stop();
  const started = await startGateway({
    config: configFor(late, RESOURCE, [http("b", backend.url)]),
  });
  try {
    const start = (): Promise<Response> =>
      post(started.url, initializeText("2025-11-25"), bearing(token));
    const response = await start();
    expect(response.status).toBe(503);
    await late.start();
    await expect
      .poll(async () => (await start()).status, { timeout: 15_000, interval: 200 })
      .toBe(200);
    expect(started.logs()).toContain("the identity provider cannot be asked");
    expect(started.logs()).toContain("the identity provider answers again");
  } finally {
    await started.stop();
    await late.stop();
  }
});

test("what happened is counted, by outcomes of which there are few", async () => {
  expect(await metric('headgate_authentications_total{outcome="allowed"}')).toBeGreaterThan(50);
  for (const outcome of ["no-token", "audience", "scope", "expired", "signature", "issuer"])
    expect(await metric(`headgate_authentications_total{outcome="${outcome}"}`)).toBeGreaterThan(0);
  expect(await metric('headgate_idp_requests_total{request="keys",outcome="ok"}')).toBeLessThan(10);
  expect(await metric("headgate_idp_keys")).toBe(1);
  expect(await metric("headgate_tokens_remembered")).toBeGreaterThan(1);
});

test("no token, user or secret is in the log, the metrics or the status", async () => {
  const documents = await Promise.all(
    ["/metrics", "/status"].map(async (path) => (await fetch(`${gateway.origin}${path}`)).text()),
  );
  const shown = [gateway.logs(), ...documents].join("\n");
  expect(shown).toContain('"listening"');
  const parts = tokens.flatMap((token) => token.split("."));
  const secrets = [
    ...parts.map((part) => part.slice(0, 24)),
    "alice",
    "bob",
    issuer.gateway.secret,
  ];
  // The header of a token is the same for all, and says nothing.
  for (const secret of secrets.filter((part) => !part.startsWith("eyJhbGci")))
    expect(shown).not.toContain(secret);
});
