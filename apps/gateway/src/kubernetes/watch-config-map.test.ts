import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent } from "undici";
import { expect, onTestFinished, test, vi } from "vitest";
import { watchConfigMap } from "./watch-config-map.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Follows a ConfigMap at an API server that gives these answers in turn, then none. */
async function follow(answers: Answer[]) {
  const requests: { url: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? "", authorization: request.headers.authorization });
    answers.shift()?.(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const agent = new Agent();
  const stop = new AbortController();
  const texts: string[] = [];
  const states: boolean[] = [];
  const running = watchConfigMap(
    {
      origin: `http://127.0.0.1:${port}`,
      configMap: { namespace: "shop", name: "gateway-vmcp-config", key: "config.yaml" },
      token: async () => `token-${requests.length}`,
      agent,
    },
    { told: (text) => texts.push(text), following: (is) => states.push(is) },
    stop.signal,
  );
  onTestFinished(async () => {
    stop.abort();
    await running;
    await agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { texts, states, requests };
}

function event(type: string, text?: string): string {
  const data = text === undefined ? undefined : { "config.yaml": text };
  return `${JSON.stringify({ type, object: { data } })}\n`;
}

test("a change is told as soon as the API server tells it, in whatever pieces it arrives", async () => {
  const change = event("MODIFIED", "two: ü");
  const { texts, requests } = await follow([
    (_request, response) => {
      response.write(event("ADDED", "one"));
      const bytes = Buffer.from(change);
      response.write(bytes.subarray(0, bytes.length - 6));
      setTimeout(() => response.write(bytes.subarray(bytes.length - 6)), 20);
    },
  ]);
  await vi.waitFor(() => expect(texts).toEqual(["one", "two: ü"]));
  expect(requests[0]).toEqual({
    url: "/api/v1/namespaces/shop/configmaps?watch=1&allowWatchBookmarks=true&timeoutSeconds=290&fieldSelector=metadata.name%3Dgateway-vmcp-config",
    authorization: "Bearer token-0",
  });
});

test("what is deleted, emptied or only a sign of life leaves what is in force", async () => {
  const { texts } = await follow([
    (_request, response) => {
      response.write(event("ADDED", "one"));
      response.write(event("BOOKMARK"));
      response.write(event("DELETED", "gone"));
      response.write(event("ADDED"));
      response.write(event("MODIFIED", "two"));
    },
  ]);
  await vi.waitFor(() => expect(texts).toEqual(["one", "two"]));
});

test("after a refusal, a cut connection or nonsense it is tried again, with the token as it is then", async () => {
  const { texts, states, requests } = await follow([
    (_request, response) => response.writeHead(403).end("{}"),
    (_request, response) => void response.writeHead(200).end("{nonsense\n"),
    (_request, response) => {
      response.write(event("ADDED", "one"));
      setTimeout(() => response.destroy(), 20);
    },
    (_request, response) => void response.write(event("ADDED", "two")),
  ]);
  await vi.waitFor(() => expect(texts).toEqual(["one", "two"]), 15_000);
  expect(states).toEqual([false, true, false, true]);
  expect(requests.map(({ authorization }) => authorization)).toEqual([
    "Bearer token-0",
    "Bearer token-1",
    "Bearer token-2",
    "Bearer token-3",
  ]);
});
