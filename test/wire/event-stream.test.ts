import { expect, test } from "vitest";
import { eventsOf } from "./event-stream.ts";
import type { WireEvent } from "./event-stream.ts";

async function* inPieces(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const all = new TextEncoder().encode(text);
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes);
}

test.each([1, 3, 1000])("events are read whole from pieces of %i bytes", async (bytes) => {
  const text =
    'event: message\nid: 1_2\ndata: {"é":\ndata: 1}\n\n: comment\n\nid: 3\r\nretry: 20\r\ndata:\r\n\r\nretry: 5\n\ndata: cut';
  const events: WireEvent[] = [];
  for await (const event of eventsOf(inPieces(text, bytes))) events.push(event);
  expect(events).toEqual([
    { event: "message", id: "1_2", data: '{"é":\n1}' },
    { id: "3", retryMs: 20, data: "" },
    { retryMs: 5 },
  ]);
});
