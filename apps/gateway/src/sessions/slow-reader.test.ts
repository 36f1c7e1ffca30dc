import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { allowSilence, cutOffIfStuck } from "./slow-reader.ts";

const STUCK_MS = 100;
const MANY_BYTES = 50 * 1024 * 1024;

const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A client that reads nothing until told to, and the response that it waits for. */
async function exchange(): Promise<{ client: Socket; response: ServerResponse }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const asked = once(server, "request");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.pause();
  client.on("error", () => undefined);
  client.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  cleanups.push(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  const [, response] = (await asked) as [unknown, ServerResponse];
  return { client, response };
}

test("a client that reads nothing of an answer is cut off", async () => {
  const { response } = await exchange();
  const closed = once(response, "close");
  response.end(Buffer.alloc(MANY_BYTES));
  cutOffIfStuck(response, STUCK_MS);
  await closed;
  expect(response.writableFinished).toBe(false);
});

test("a client that reads slowly gets the whole answer", async () => {
  const { client, response } = await exchange();
  response.writeHead(200, { connection: "close" }).end(Buffer.alloc(MANY_BYTES));
  cutOffIfStuck(response, STUCK_MS);
  let bytes = 0;
  client.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes % 16 !== 0) return;
    client.pause();
    setTimeout(() => client.resume(), 1);
  });
  client.resume();
  await once(client, "close");
  expect(bytes).toBeGreaterThan(MANY_BYTES);
});

test("a client that has read everything may wait for more", async () => {
  const { client, response } = await exchange();
  response.write(Buffer.alloc(MANY_BYTES));
  cutOffIfStuck(response, STUCK_MS);
  client.resume();
  await once(response, "drain");
  allowSilence(response);
  await sleep(3 * STUCK_MS);
  expect(response.destroyed).toBe(false);
});

test("a client that reads what comes has no timer", async () => {
  const { client, response } = await exchange();
  client.resume();
  response.write("a message");
  cutOffIfStuck(response, STUCK_MS);
  await once(client, "data");
  expect(response.socket?.timeout ?? 0).toBe(0);
});
