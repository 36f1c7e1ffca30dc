import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readBody } from "./read-body.ts";

let server: Server;
let socket: Socket;

beforeEach(async () => {
  server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => undefined);
});

afterEach(async () => {
  socket.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

/** Sends the head of a POST; resolves to the request as the server has it. */
async function posted(...headers: string[]): Promise<IncomingMessage> {
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${headers.join("\r\n")}\r\n\r\n`);
  const [request] = (await once(server, "request")) as [IncomingMessage];
  return request;
}

function chunk(bytes: Buffer): void {
  socket.write(`${bytes.length.toString(16)}\r\n`);
  socket.write(bytes);
  socket.write("\r\n");
}

const CHUNKED = "transfer-encoding: chunked";

test("a body comes whole, also with a character that is cut in two", async () => {
  const body = readBody(await posted(CHUNKED), 100);
  const bytes = Buffer.from('{"x":"é"}');
  chunk(bytes.subarray(0, 7));
  chunk(bytes.subarray(7));
  socket.write("0\r\n\r\n");
  expect(await body).toBe('{"x":"é"}');
});

test("no body is an empty text", async () => {
  expect(await readBody(await posted("content-length: 0"), 100)).toBe("");
});

test("a body that is as large as it may be is taken", async () => {
  const body = readBody(await posted("content-length: 100"), 100);
  socket.write("x".repeat(100));
  expect(await body).toHaveLength(100);
});

test("one that says that it is too large is refused before it comes", async () => {
  await expect(readBody(await posted("content-length: 101"), 100)).rejects.toMatchObject({
    code: "too-large",
  });
});

test("one that does not say is refused as soon as it is", async () => {
  const body = readBody(await posted(CHUNKED), 100);
  chunk(Buffer.alloc(60, 0x20));
  chunk(Buffer.alloc(60, 0x20));
  await expect(body).rejects.toMatchObject({ code: "too-large" });
});

test.each([
  ["a stray byte", Buffer.from([0x22, 0xff, 0x22])],
  ["a character that is cut off", Buffer.from("é").subarray(0, 1)],
  ["a surrogate", Buffer.from([0xed, 0xa0, 0x80])],
  ["an overlong character", Buffer.from([0xc0, 0xaf])],
])("%s is no UTF-8", async (_, bytes) => {
  const body = readBody(await posted(`content-length: ${bytes.length}`), 100);
  socket.write(bytes);
  await expect(body).rejects.toMatchObject({ code: "parse-error" });
});

test("a client that leaves in the middle ends the wait", async () => {
  const body = readBody(await posted("content-length: 100"), 100);
  socket.write("{");
  socket.destroy();
  await expect(body).rejects.toMatchObject({ code: "invalid-request" });
});
