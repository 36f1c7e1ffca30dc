import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEcho } from "../fixtures/echo/listen.ts";
import type { Echo } from "../fixtures/echo/listen.ts";
import { PAGES } from "../fixtures/echo/offers.ts";
import { steadyServer } from "../fixtures/steady/server.ts";
import { httpWire } from "../wire/http-wire.ts";
import { at } from "../wire/json-tree.ts";
import type { Tree } from "../wire/json-tree.ts";
import { Peer } from "../wire/peer.ts";
import type { PeerOptions } from "../wire/peer.ts";
import { openSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

async function toolNames(peer: Peer): Promise<Tree[]> {
  const tools = at(await peer.request("tools/list"), "result", "tools");
  return Array.isArray(tools) ? tools.map((tool) => at(tool, "name") ?? null) : [];
}

async function untilListed(peer: Peer, name: string): Promise<Tree[]> {
  for (;;) {
    const names = await toolNames(peer);
    if (names.includes(name)) return names;
    await peer.next("notifications/tools/list_changed");
  }
}

describe("what a backend lists only for clients that can do more", () => {
  let gateway: StartedGateway;
  let peers: Peer[];

  beforeAll(async () => {
    const program = steadyServer("@modelcontextprotocol/server-everything", "stdio");
    gateway = await startGateway({
      config: configOf([{ name: "ev", transport: "stdio", ...program }]),
    });
    const connect = (capabilities: object) => Peer.connect(httpWire(gateway.url), { capabilities });
    peers = await Promise.all(
      [{}, { sampling: {} }, { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} }].map(
        connect,
      ),
    );
  });

  afterAll(async () => {
    await Promise.all(peers.map((peer) => peer.close()));
    await gateway.stop();
  });

  test("is listed for them, and not for others", async () => {
    const [plain, sampling, all] = peers as [Peer, Peer, Peer];
    const seen = await untilListed(all, "ev_trigger-url-elicitation");
    expect(seen).toEqual(
      expect.arrayContaining(["ev_trigger-sampling-request", "ev_get-roots-list"]),
    );
    const some = await untilListed(sampling, "ev_trigger-sampling-request");
    expect(some).not.toContain("ev_trigger-url-elicitation");
    const few = await untilListed(plain, "ev_echo");
    expect(few).not.toContain("ev_trigger-sampling-request");
    expect(few).not.toContain("ev_trigger-url-elicitation");
  });

  test("can be called by them, and is unknown to others", async () => {
    const [plain, , all] = peers as [Peer, Peer, Peer];
    const params = { name: "ev_get-roots-list" };
    expect(at(await all.request("tools/call", params), "result")).toBeDefined();
    expect(at(await plain.request("tools/call", params), "error", "code")).toMatchObject({
      text: "-32602",
    });
  });
});

describe("a list that changes", () => {
  const fresh = (name: string) => `{"name":"${name}","inputSchema":{"type":"object"}}`;
  const CHANGES = [
    "notifications/tools/list_changed",
    "notifications/prompts/list_changed",
    "notifications/resources/list_changed",
  ];

  let echo: Echo;
  let gateway: StartedGateway;

  beforeAll(async () => {
    echo = await startEcho();
    gateway = await startGateway({ config: configOf([http("e", echo.url)]) });
  });

  afterAll(async () => {
    await gateway.stop();
    await echo.close();
  });

  function connect(options: PeerOptions = {}): Promise<Peer> {
    return Peer.connect(httpWire(gateway.url), options);
  }

  function changes(peer: Peer): string[] {
    const methods = peer.heard.map((message) => message["method"]);
    return CHANGES.filter((change) => methods.includes(change)).flatMap((change) =>
      methods.filter((method) => method === change).map(() => change),
    );
  }

  test("is told to every session once, and only of the kind that changed", async () => {
    const peers = await Promise.all([
      connect(),
      connect(),
      connect({ capabilities: { sampling: {} } }),
    ]);
    // This one hears of it from its own session with the backend as well.
    await peers[0]?.request("tools/call", { name: "e_as_json" });
    // Its stream, and one for each class of clients: those who can do nothing special, and who can sample.
    await echo.listeners(3);
    const [first = ""] = PAGES["tools/list"]!.pages;
    echo.change("tools/list", [first, fresh("one")], CHANGES);
    for (const peer of peers) {
      await peer.next("notifications/tools/list_changed");
      expect(await toolNames(peer)).toContain("e_one");
    }
    // A second change of another kind: had the first been told twice or too widely, that would stand before it.
    echo.change("prompts/list", [`{"name":"late"}`], CHANGES);
    for (const peer of peers) {
      await peer.next("notifications/prompts/list_changed");
      expect(changes(peer)).toEqual([
        "notifications/tools/list_changed",
        "notifications/prompts/list_changed",
      ]);
    }
    await Promise.all(peers.map((peer) => peer.close()));
  });

  test("is not told when the backend says so and nothing changed", async () => {
    const peer = await connect();
    const read = echo.arrived("tools/list", echo.headersOf("tools/list").length + 1);
    echo.change("resources/list", PAGES["resources/list"]!.pages, CHANGES);
    await read;
    echo.change("prompts/list", [`{"name":"later"}`], CHANGES.slice(1, 2));
    await peer.next("notifications/prompts/list_changed");
    expect(changes(peer)).toEqual(["notifications/prompts/list_changed"]);
    await peer.close();
  });
});

describe("headers that are passed through", () => {
  let echo: Echo;
  let gateway: StartedGateway;

  beforeAll(async () => {
    echo = await startEcho();
    gateway = await startGateway({
      config: configOf([http("e", echo.url)], { passthroughHeaders: ["X-Tenant", "X-Trace"] }),
    });
  });

  afterAll(async () => {
    await gateway.stop();
    await echo.close();
  });

  test("reach the backend with every message of the session, and others do not", async () => {
    const headers = { "x-tenant": "blue", "x-other": "kept", authorization: "Bearer secret" };
    const session = await openSession(gateway.url, { headers });
    await (await session.call(1, "e_as_json")).text();
    for (const method of ["initialize", "notifications/initialized", "tools/call"]) {
      const last = echo.headersOf(method).at(-1);
      expect(last).toMatchObject({ "x-tenant": "blue" });
      expect(last).not.toHaveProperty("x-trace");
      expect(last).not.toHaveProperty("x-other");
      expect(last).not.toHaveProperty("authorization");
    }
  });

  test("are those of each client itself", async () => {
    const tenants = ["red", "green", "blue"];
    await Promise.all(
      tenants.map(async (tenant) => {
        const session = await openSession(gateway.url, { headers: { "x-tenant": tenant } });
        await (await session.call(1, "e_as_json")).text();
      }),
    );
    const seen = echo.headersOf("tools/call").map((headers) => headers["x-tenant"]);
    expect(seen).toEqual(expect.arrayContaining(tenants));
  });
});
