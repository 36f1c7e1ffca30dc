import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { faultProxy, findValkey, openRedis, startRedis, startValkey } from "../src/index.ts";

const run = promisify(execFile);

async function rig() {
  const server = await startRedis();
  const proxy = await faultProxy(server);
  onTestFinished(async () => {
    await proxy.stop();
    await server.stop();
  });
  const cli = async (...args: string[]) =>
    (await run("redis-cli", ["-2", "-e", "-p", String(proxy.port), ...args])).stdout.trimEnd();
  return { server, proxy, cli };
}

test("what is not disturbed passes", async () => {
  const { proxy, cli } = await rig();
  expect(await cli("SET", "key", "value")).toBe("OK");
  expect(await cli("GET", "key")).toBe("value");
  expect(proxy.received("GET")).toBe(1);
});

test("a command that is answered with an error is not executed, and only the next is", async () => {
  const { proxy, server, cli } = await rig();
  proxy.answerNext("OOM command not allowed", "SET");
  await expect(cli("SET", "key", "value")).rejects.toThrow("OOM");
  expect(await server.command("EXISTS", "key")).toBe("0");
  expect(await cli("SET", "key", "value")).toBe("OK");
});

test("a command whose reply is cut off is executed", async () => {
  const { proxy, server, cli } = await rig();
  proxy.cutAfterNext("INCR");
  await expect(cli("INCR", "counter")).rejects.toThrow("Command failed");
  expect(Number(await server.command("GET", "counter"))).toBeGreaterThanOrEqual(1);
});

test("refused connections are accepted again on the same port", async () => {
  const { proxy, cli } = await rig();
  await proxy.refuse();
  await expect(cli("PING")).rejects.toThrow("refused");
  await proxy.accept();
  expect(await cli("PING")).toBe("PONG");
});

test("replies are late, held back, or ended as told", async () => {
  const { proxy, cli } = await rig();
  proxy.delay(100);
  const started = performance.now();
  await cli("PING");
  expect(performance.now() - started).toBeGreaterThanOrEqual(99);
  proxy.delay(0);

  const client = connect(proxy.port, proxy.host);
  const heard = once(client, "data");
  proxy.silence(true);
  client.write("*1\r\n$4\r\nPING\r\n");
  expect(await cli("-t", "1", "PING").catch(() => "silent")).toBe("silent");
  proxy.silence(false);
  expect(String((await heard)[0])).toBe("+PONG\r\n");

  const ended = once(client, "end");
  proxy.halfClose();
  await ended;
  client.destroy();
});

test("a test has keys of its own on a server that others use too", async () => {
  const server = await startRedis({ password: "p@ss" });
  onTestFinished(() => server.stop());
  const url = `redis://:p%40ss@127.0.0.1:${server.port}`;
  const [one, other] = await Promise.all([openRedis(url), openRedis(url)]);
  await server.command("SET", `${one.prefix}key`, "1");
  await server.command("SET", `${other.prefix}key`, "1");
  await one.stop();
  expect(await server.command("KEYS", "*")).toBe(`${other.prefix}key`);
});

const valkey = await findValkey();
test.for(valkey === undefined ? [] : [valkey])("Valkey serves like Redis", async (program) => {
  const server = await startValkey(program);
  onTestFinished(() => server.stop());
  expect(await server.command("INFO", "server")).toContain("server_name:valkey");
});
