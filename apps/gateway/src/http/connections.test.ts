import { once } from "node:events";
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { everythingWritten, sendAway } from "./connections.ts";

const agent = new Agent({ keepAlive: true });
let server = createServer();

beforeEach(() => {
  server = createServer();
});

afterEach(() => {
  agent.destroy();
  server.closeAllConnections();
  server.close();
});

test("connections end with their next answer, and what was ended is written before all is said to be", async () => {
  const answers: ServerResponse[] = [];
  server.on("request", (_, response: ServerResponse) => void answers.push(response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ask = async (): Promise<IncomingMessage> => {
    const asked = get({ port, host: "127.0.0.1", agent });
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    return answer;
  };
  const arrived = async (count: number): Promise<ServerResponse> => {
    await expect.poll(() => answers.length).toBe(count);
    return answers[count - 1]!;
  };

  const first = ask();
  (await arrived(1)).end("one");
  expect((await first).headers.connection).toBe("keep-alive");
  (await first).resume();

  sendAway(server);
  const second = ask();
  const answer = await arrived(2);
  let isWritten = false;
  const written = everythingWritten(server, 10_000).then(() => (isWritten = true));
  answer.write("two");
  expect((await second).headers.connection).toBe("close");
  expect(isWritten).toBe(false);
  let body = "";
  (await second).setEncoding("utf8").on("data", (text: string) => (body += text));
  answer.end(", and the rest");
  await written;
  await expect.poll(() => body).toBe("two, and the rest");
});

test("a connection over which nobody ever spoke holds nothing up for long", async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const silent = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(server, "connection");
  const startedMs = performance.now();
  await everythingWritten(server, 100);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  silent.destroy();
});
