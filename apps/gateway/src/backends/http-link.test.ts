import { afterEach, describe, expect, test } from "vitest";
import { answerOf, call, errorOf, InboundProbe, PROFILE } from "../../test/link-probe.ts";
import {
  event,
  initialized,
  startRaw,
  type Arrived,
  type RawBackend,
} from "../../test/raw-backend.ts";
import { memberText } from "../rpc/member-span.ts";
import type { HttpBackendOptions } from "./http.ts";

let raw: RawBackend | undefined;

afterEach(async () => {
  await raw?.close();
  raw = undefined;
});

async function start(
  answer: (arrived: Arrived) => boolean | void = () => false,
  options: Partial<HttpBackendOptions> = {},
): Promise<RawBackend> {
  raw = await startRaw(answer, options);
  return raw;
}

describe("a handshake", () => {
  test("tells the backend of the client, and goes on in the session that it names", async () => {
    const server = await start();
    await server.backend.open(PROFILE, new InboundProbe());
    const [first, second] = server.arrived;
    expect(memberText(first!.text, "params", "capabilities")).toBe(PROFILE.capabilities);
    expect(memberText(first!.text, "params", "clientInfo")).toBe(PROFILE.clientInfo);
    expect(first!.headers).not.toHaveProperty("mcp-session-id");
    expect(second!.rpc).toBe("notifications/initialized");
    expect(second!.headers).toMatchObject({
      "mcp-session-id": "s1",
      "mcp-protocol-version": "2025-11-25",
      accept: "application/json, text/event-stream",
    });
  });

  test("may lead to no session id at all", async () => {
    const server = await start((arrived) =>
      arrived.rpc === "initialize" ? arrived.json(initialized()) : false,
    );
    const link = await server.backend.open(PROFILE, new InboundProbe());
    await answerOf(call(link, "x", { id: "1" }));
    expect(server.of("tools/call")[0]?.headers).not.toHaveProperty("mcp-session-id");
    await link.close();
    expect(server.of("DELETE")).toEqual([]);
  });

  test.each<[string, (arrived: Arrived) => void, string, string]>([
    ["404", (arrived) => arrived.json("", 404), "backend-refused", "answered with HTTP 404"],
    [
      "401",
      (arrived) => arrived.json("", 401),
      "backend-refused",
      "refused the gateway's credentials with HTTP 401",
    ],
    ["503", (arrived) => arrived.json("", 503), "backend-unavailable", "answered with HTTP 503"],
    [
      "an error",
      (arrived) =>
        arrived.json(
          '{"jsonrpc":"2.0","id":"headgate-initialize","error":{"code":1,"message":"at 10.0.0.1"}}',
        ),
      "backend-unavailable",
      "refused the handshake; the gateway's log has its answer",
    ],
    [
      "garbage of some size",
      (arrived) => arrived.json(`{"x":"${"x".repeat(100_000)}`),
      "backend-garbage",
      "failed in its handshake: its answer to initialize is no valid message",
    ],
  ])("that is answered with %s fails, and says how", async (_, answer, code, what) => {
    const server = await start((arrived) =>
      arrived.rpc === "initialize" ? answer(arrived) : false,
    );
    await expect(server.backend.open(PROFILE, new InboundProbe())).rejects.toMatchObject({
      code,
      message: `The backend raw ${what}.`,
    });
  });

  test.each(["initialize", "notifications/initialized"])(
    "in which %s is never answered ends in time",
    async (method) => {
      const server = await start((arrived) => arrived.rpc === method && undefined, {
        handshakeTimeoutMs: 100,
      });
      await expect(server.backend.open(PROFILE, new InboundProbe())).rejects.toMatchObject({
        code: "backend-timeout",
        message: "The backend raw did not finish its handshake within 100 ms.",
      });
    },
  );

  test("whose end is refused leaves no session behind", async () => {
    const server = await start((arrived) =>
      arrived.rpc === "notifications/initialized" ? arrived.json("", 500) : false,
    );
    await expect(server.backend.open(PROFILE, new InboundProbe())).rejects.toMatchObject({
      code: "backend-unavailable",
    });
    expect((await server.nth("DELETE", 1)).headers["mcp-session-id"]).toBe("s1");
  });
});

describe("a session that another process opened", () => {
  test("is gone on in without a handshake, in its revision, and stays when its link is closed to keep it", async () => {
    const server = await start();
    const first = await server.backend.open(PROFILE, new InboundProbe());
    const known = first.session;
    expect(known).toEqual({ id: "s1", protocolVersion: "2025-11-25", logging: false });
    await first.close({ keepSession: true });
    const second = await server.backend.open(PROFILE, new InboundProbe(), known);
    await answerOf(call(second, "x", { id: "1" }));
    expect(server.of("initialize")).toHaveLength(1);
    expect(server.of("DELETE")).toEqual([]);
    expect(server.of("tools/call")[0]?.headers).toMatchObject({
      "mcp-session-id": "s1",
      "mcp-protocol-version": "2025-11-25",
    });
    await second.close();
    expect(server.of("DELETE").map(({ headers }) => headers["mcp-session-id"])).toEqual(["s1"]);
  });

  test("is opened anew when the backend has forgotten it, and the link tells so", async () => {
    const server = await start((arrived) =>
      arrived.rpc === "tools/call" && arrived.headers["mcp-session-id"] === "old"
        ? arrived.json("", 404)
        : false,
    );
    const inbound = new InboundProbe();
    const link = await server.backend.open(PROFILE, inbound, {
      id: "old",
      protocolVersion: "2025-06-18",
      logging: true,
    });
    expect(link.server.capabilities).toEqual({ logging: {} });
    await answerOf(call(link, "x", { id: "1" }));
    expect(inbound.timesReopened).toBe(1);
    expect(link.session).toMatchObject({ id: "s1", protocolVersion: "2025-11-25" });
  });
});

describe("a link", () => {
  test("that is closed ends its session, once, and takes nothing more", async () => {
    const server = await start();
    const link = await server.backend.open(PROFILE, new InboundProbe());
    await link.close();
    await link.close();
    expect(server.of("DELETE").map(({ headers }) => headers["mcp-session-id"])).toEqual(["s1"]);
    expect(await errorOf(call(link, "x"))).toMatchObject({ code: "backend-unavailable" });
    await expect(link.send('{"jsonrpc":"2.0","method":"notifications/x"}')).rejects.toMatchObject({
      code: "backend-unavailable",
    });
  });

  test("that is closed while its session is opened anew leaves none behind", async () => {
    const gate = Promise.withResolvers<undefined>();
    let opened = 0;
    const server = await start((arrived) => {
      if (arrived.rpc === "tools/call") return arrived.json("", 404);
      if (arrived.rpc !== "initialize" || ++opened === 1) return false;
      return void gate.promise.then(() =>
        arrived.json(initialized(), 200, { "mcp-session-id": "s2" }),
      );
    });
    const link = await server.backend.open(PROFILE, new InboundProbe());
    const asked = call(link, "x");
    await server.nth("initialize", 2);
    await link.close();
    expect(await errorOf(asked)).toMatchObject({ code: "backend-unavailable" });
    gate.resolve(undefined);
    expect((await server.nth("DELETE", 2)).headers["mcp-session-id"]).toBe("s2");
  });

  test("carries the headers of its client as they are now; the backend's own win", async () => {
    const server = await start(undefined, { headers: { "x-key": "own" } });
    const headers = { "x-tenant": "one", "x-key": "client's" };
    const link = await server.backend.open({ ...PROFILE, headers }, new InboundProbe());
    link.passHeaders?.({ "x-tenant": "two" });
    await answerOf(call(link, "x", { id: "1" }));
    const sent = server.arrived.map(({ headers: { "x-tenant": tenant, "x-key": key } }) => [
      tenant,
      key,
    ]);
    expect(sent).toEqual([
      ["one", "own"],
      ["one", "own"],
      ["two", "own"],
    ]);
  });

  test("with a header that cannot be sent fails its calls, and nothing else", async () => {
    const server = await start();
    const link = await server.backend.open(PROFILE, new InboundProbe());
    const other = await server.backend.open(PROFILE, new InboundProbe());
    link.passHeaders?.({ "x-tenant": "a\r\nb" });
    expect(await errorOf(call(link, "x"))).toMatchObject({
      message: "The backend raw closed the connection before it answered.",
    });
    expect((await answerOf(call(other, "x", { id: "1" }))).failed).toBe(false);
  });
});

test("a standing stream that says that the session is gone has it opened anew, without a call", async () => {
  let streams = 0;
  const server = await start((arrived) => {
    if (arrived.method !== "GET") return false;
    if (++streams === 2) return arrived.json("", 404);
    arrived.events("retry: 10\n\n");
    if (streams === 1) arrived.response.end();
    else arrived.response.write(event('{"jsonrpc":"2.0","method":"notifications/x"}'));
    return undefined;
  });
  const inbound = new InboundProbe();
  const link = await server.backend.open(PROFILE, inbound);
  link.listen(true);
  await inbound.next("notifications/x");
  expect(server.of("GET").map(({ headers }) => headers["mcp-session-id"])).toEqual([
    "s1",
    "s1",
    "s2",
  ]);
  expect(inbound.timesReopened).toBe(1);
});
