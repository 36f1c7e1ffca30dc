import { randomUUID } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { startSseFixture, type SseFixture } from "../../test/fixtures/sse-server.ts";
import { answerOf, call, errorOf, InboundProbe, PROFILE, resultOf } from "../../test/link-probe.ts";
import {
  channelContract,
  linkContract,
  relayContract,
  type Subject,
} from "../../test/link.contract.ts";
import { SseBackend, type SseBackendOptions } from "./sse.ts";

function backendAt(
  url: string,
  options: Partial<SseBackendOptions> = {},
): { backend: SseBackend; garbage: string[]; agent: Agent } {
  const agent = new Agent();
  const garbage: string[] = [];
  const backend = new SseBackend({
    name: "scripted",
    url,
    dispatcher: agent,
    headers: () => ({}),
    handshakeTimeoutMs: 5000,
    maxMessageBytes: 10_000_000,
    onGarbage: (reason) => garbage.push(reason),
    now: () => performance.now(),
    newId: randomUUID,
    ...options,
  });
  return { backend, garbage, agent };
}

async function startSubject(): Promise<Subject> {
  const fixture = await startSseFixture();
  const { backend, agent } = backendAt(fixture.url);
  return {
    backend,
    stop: async () => {
      await agent.destroy();
      await fixture.close();
    },
  };
}

for (const contract of [linkContract, relayContract, channelContract])
  contract("an HTTP+SSE server", startSubject);

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function start(
  url: string,
  options: Partial<SseBackendOptions> = {},
): ReturnType<typeof backendAt> {
  const one = backendAt(url, options);
  closers.push(
    () => one.agent.destroy(),
    () => one.backend.close(),
  );
  return one;
}

async function fixtureWith(
  options: Parameters<typeof startSseFixture>[0] = {},
): Promise<SseFixture> {
  const fixture = await startSseFixture(options);
  closers.push(() => fixture.close());
  return fixture;
}

/** A server that does the same to every request. */
async function serverThat(answers: RequestListener): Promise<string> {
  const http = createServer(answers);
  await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => void http.close(resolve));
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/sse`;
}

describe("an HTTP+SSE backend", () => {
  test("asks for the headers of each request, and names the revision once it is agreed", async () => {
    const fixture = await fixtureWith();
    let count = 0;
    const { backend } = start(fixture.url, {
      headers: ({ headers }) => ({ ...headers, authorization: `Bearer ${++count}` }),
    });
    const link = await backend.open(
      { ...PROFILE, headers: { "x-tenant": "t" } },
      new InboundProbe(),
    );
    await answerOf(call(link, "echo"));
    expect(
      fixture.seen.map(({ method, headers }) => [
        method,
        headers.authorization,
        headers["x-tenant"],
      ]),
    ).toEqual([
      ["GET", "Bearer 1", "t"],
      ["POST", "Bearer 2", "t"],
      ["POST", "Bearer 3", "t"],
      ["POST", "Bearer 4", "t"],
    ]);
    expect(fixture.seen.at(-1)?.headers["mcp-protocol-version"]).toBe("2025-11-25");
    link.passHeaders?.({ "x-tenant": "u" });
    await answerOf(call(link, "echo"));
    expect(fixture.seen.at(-1)?.headers["x-tenant"]).toBe("u");
  });

  test("leaves no stream behind when a link or the backend is closed", async () => {
    const fixture = await fixtureWith();
    const { backend } = start(fixture.url);
    const links = await Promise.all([1, 2, 3].map(() => backend.open(PROFILE, new InboundProbe())));
    expect(fixture.streams()).toBe(3);
    await links[0]?.close();
    await expect.poll(() => fixture.streams()).toBe(2);
    await backend.close();
    await expect.poll(() => fixture.streams()).toBe(0);
  });

  test.each([
    "http://127.0.0.1:1/message",
    "//example.com/message",
    "http://[",
    "https://127.0.0.1/m",
  ])("refuses to send messages to %s", async (endpoint) => {
    const { backend } = start((await fixtureWith({ endpoint })).url);
    await expect(backend.open(PROFILE, new InboundProbe())).rejects.toMatchObject({
      code: "backend-garbage",
      message: expect.stringContaining("another origin") as string,
    });
  });

  test("takes an absolute address of its own origin", async () => {
    const { url } = await fixtureWith({ absolute: true });
    const link = await start(url).backend.open(PROFILE, new InboundProbe());
    expect(await resultOf(call(link, "echo"))).toEqual({ echo: {} });
  });

  test("fails one request, not the link, when the server says too much at once", async () => {
    const { backend, garbage } = start((await fixtureWith()).url, { maxMessageBytes: 100_000 });
    const link = await backend.open(PROFILE, new InboundProbe());
    const large = call(link, "large", { arguments: { chars: 500_000 } });
    expect(await errorOf(large)).toMatchObject({ code: "result-too-large" });
    expect(await resultOf(call(link, "echo"))).toEqual({ echo: {} });
    expect(garbage).toEqual(["a message of more than 100000 bytes"]);
  });

  test.each([
    [401, "backend-refused", "refused the gateway's credentials with HTTP 401"],
    [500, "backend-unavailable", "answered with HTTP 500"],
    [307, "backend-unavailable", "answered with HTTP 307"],
  ])("says so when the server answers with %i", async (status, code, what) => {
    const { backend } = start(
      await serverThat((_, response) => response.writeHead(status).end("secret words")),
    );
    await expect(backend.open(PROFILE, new InboundProbe())).rejects.toMatchObject({
      code,
      message: `The backend scripted ${what}.`,
    });
  });

  test("says so when there is no event stream", async () => {
    const url = await serverThat(
      (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("hi"),
    );
    await expect(start(url).backend.open(PROFILE, new InboundProbe())).rejects.toMatchObject({
      code: "backend-garbage",
    });
  });

  test("says so when nobody is there, and names no address", async () => {
    const url = "http://127.0.0.1:1/sse";
    await expect(start(url).backend.open(PROFILE, new InboundProbe())).rejects.toMatchObject({
      code: "backend-unavailable",
      message: "The backend scripted could not be reached.",
    });
  });

  test.each([
    ["says nothing at all", () => undefined],
    [
      "opens a stream and names no address",
      (_, response) =>
        response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders(),
    ],
  ] as [string, RequestListener][])("gives up in time on a server that %s", async (_, answers) => {
    const { backend } = start(await serverThat(answers), { handshakeTimeoutMs: 50 });
    await expect(backend.open(PROFILE, new InboundProbe())).rejects.toMatchObject({
      code: "backend-timeout",
    });
  });

  test("a request that the server refuses to take fails at once", async () => {
    const fixture = await fixtureWith({ endpoint: "/message?session=unknown" });
    await expect(
      start(fixture.url).backend.open(PROFILE, new InboundProbe()),
    ).rejects.toMatchObject({
      code: "backend-lost-session",
    });
  });
});
