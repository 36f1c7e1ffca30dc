import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "./free-port.ts";

const HOST = "127.0.0.1";

async function listener(port: number): Promise<Server> {
  const server = createServer();
  await once(server.listen(port, HOST), "listening");
  onTestFinished(() => void server.close());
  return server;
}

test("a free port is taken as it is, and a taken one is passed over", async () => {
  const first = await freePort(HOST, 21_000);
  expect(await freePort(HOST, first)).toBe(first);
  const { port } = (await listener(first)).address() as AddressInfo;
  const next = await freePort(HOST, port);
  expect(next).toBeGreaterThan(port);
  await expect(listener(next)).resolves.toBeDefined();
});

test("no port after the last one is tried", async () => {
  const last = 65_535;
  // Whoever has it, it is taken.
  await listener(last).catch(() => undefined);
  await expect(freePort(HOST, last)).rejects.toThrow(/from 65535 to 65535 is taken\.$/);
});
