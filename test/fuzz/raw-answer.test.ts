import { expect, test } from "vitest";
import { readAnswer } from "./raw-answer.ts";

function read(text: string, ended = false) {
  const reading = readAnswer(Buffer.from(text, "latin1"), ended);
  return "answer" in reading
    ? { ...reading.answer, body: reading.answer.body.toString("latin1") }
    : reading;
}

test("a body ends where its length or its last chunk says, and what follows is left", () => {
  const plain = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  expect(read(`${plain}HTTP/1.1`)).toMatchObject({ body: "ok", complete: true, length: 40 });
  const chunked =
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\na\r\n0123456789\r\n";
  expect(read(chunked)).toEqual({ more: true });
  expect(read(`${chunked}0\r\n\r\nrest`)).toMatchObject({ body: "o0123456789", complete: true });
});

test("an interim response is skipped", () => {
  const final = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
  expect(read(`HTTP/1.1 100 Continue\r\n\r\n${final}`)).toMatchObject({ status: 202 });
});

test("an event stream is a response as soon as its head is there", () => {
  const head =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  expect(read(head)).toMatchObject({ status: 200, complete: false });
});

test.each([
  "HTTP/1.1 OK\r\n\r\n",
  "HTTP/1.1 200 OK\r\nbad header: 1\r\n\r\n",
  "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
])("%j is malformed", (text) => {
  expect(read(text)).toHaveProperty("malformed");
});
