import { expect, test } from "vitest";
import { complaints } from "./oracle.ts";
import type { FuzzRequest } from "./valid-requests.ts";

const REQUEST: FuzzRequest = {
  kind: "valid",
  method: "POST",
  path: "/mcp",
  headers: [
    ["host", "localhost"],
    ["content-type", "application/json"],
  ],
  body: Buffer.from('{"jsonrpc":"2.0","id":1.0,"method":"ping"}'),
  chunked: false,
  slot: 0,
};

function complaintsOn(status: number, body: string, type = "application/json") {
  const headers = new Map([["content-type", type]]);
  const answer = { status, headers, body: Buffer.from(body), complete: true, length: 0 };
  return complaints(REQUEST, { kind: "answer", answer });
}

test.each([
  ["application/json", '{"jsonrpc":"2.0","id":1,"result":{}}'],
  [
    "text/event-stream",
    'id: 1\ndata: \n\ndata: {"jsonrpc":"2.0","method":"x"}\n\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n',
  ],
])("a good answer as %s is not complained about", (type, body) => {
  expect(complaintsOn(200, body, type)).toEqual([]);
});

test.each([
  ["a status that blames the gateway", 500, "{}"],
  ["another's id", 200, '{"jsonrpc":"2.0","id":"1","result":{}}'],
  ["no id", 200, '{"jsonrpc":"2.0","error":{"code":-32600,"message":"x"}}'],
  ["no JSON", 200, "<html>"],
  ["no JSON-RPC", 200, '{"id":1}'],
  ["a result and an error", 200, '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}'],
  ["an error that is none", 200, '{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}'],
  ["an error for a right request", 200, '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}'],
  ["202 for a request", 202, ""],
  ["nothing", 200, ""],
  ["a stack", 200, '{"jsonrpc":"2.0","id":1,"result":{"a":"at f (/x/y.js:1:2)"}}'],
  ["an inner address", 200, '{"jsonrpc":"2.0","id":1,"result":{"a":"to 127.0.0.1:80"}}'],
  ["the words of an engine", 200, '{"jsonrpc":"2.0","id":1,"result":{"a":"TypeError: x"}}'],
])("%s is complained about", (_, status, body) => {
  expect(complaintsOn(status, body)).not.toEqual([]);
});

test("an answer that never comes, breaks off or is no HTTP is complained about", () => {
  expect(complaints(REQUEST, { kind: "hung" })).not.toEqual([]);
  expect(complaints(REQUEST, { kind: "closed" })).not.toEqual([]);
  expect(complaints(REQUEST, { kind: "malformed", what: "x" })).not.toEqual([]);
});

test("a batch needs an answer for each of its requests", () => {
  const request = { ...REQUEST, body: Buffer.from(`[${REQUEST.body!.toString()}]`) };
  const headers = new Map([["content-type", "text/event-stream"]]);
  const body = Buffer.from('data: {"jsonrpc":"2.0","id":2,"result":{}}\n\n');
  const answer = { status: 200, headers, body, complete: true, length: 0 };
  expect(complaints(request, { kind: "answer", answer })).toHaveLength(1);
});
