import { describe, expect, test } from "vitest";
import { readMessage, type Message } from "../rpc/message.ts";
import { takerOf, type Asker } from "./attribution.ts";

const call: Asker = { method: "tools/call", token: 'sa"', asked: new Set(["n7"]) };
const newerCall: Asker = { method: "prompts/get", token: "n1", asked: new Set() };
const list: Asker = { method: "tools/list", token: undefined, asked: new Set() };
const NO_TOKENS: ReadonlySet<string> = new Set();

function notification(method: string, params: object = {}): Message {
  return readMessage(JSON.stringify({ jsonrpc: "2.0", method, params }));
}

const sampling = readMessage(
  '{"jsonrpc":"2.0","id":0,"method":"sampling/createMessage","params":{}}',
);

describe("who gets a message of the backend", () => {
  test.each([
    ["notifications/tools/list_changed"],
    ["notifications/resources/updated"],
    ["notifications/tasks/status"],
    ["notifications/elicitation/complete"],
  ])("%s is no request's, whatever is under way", (method) => {
    expect(takerOf(notification(method), [call], NO_TOKENS)).toEqual({ to: "inbound" });
  });

  test.each([[sampling], [notification("notifications/message")], [notification("vendor/news")]])(
    "other messages belong to the newest request that runs something",
    (message) => {
      expect(takerOf(message, [call, newerCall, list], NO_TOKENS)).toEqual({
        to: "asker",
        asker: newerCall,
      });
      expect(takerOf(message, [list], NO_TOKENS)).toEqual({ to: "inbound" });
      expect(takerOf(message, [], NO_TOKENS)).toEqual({ to: "inbound" });
    },
  );

  test("progress belongs to the request with its token, by value and type", () => {
    const taker = (progressToken: unknown): unknown =>
      takerOf(
        notification("notifications/progress", { progressToken }),
        [call, newerCall],
        new Set(["nTask", "s9"]),
      );
    expect(taker('a"')).toEqual({ to: "asker", asker: call });
    expect(taker(1)).toEqual({ to: "asker", asker: newerCall });
    expect(taker("1")).toEqual({ to: "nobody" });
    expect(taker("9")).toEqual({ to: "inbound" });
    expect(taker({})).toEqual({ to: "nobody" });
    expect(taker(undefined)).toEqual({ to: "nobody" });
  });

  test("the server's withdrawal of a request goes where the request went", () => {
    const taker = (requestId: unknown): unknown =>
      takerOf(notification("notifications/cancelled", { requestId }), [call, newerCall], NO_TOKENS);
    expect(taker(7)).toEqual({ to: "asker", asker: call });
    expect(taker("7")).toEqual({ to: "inbound" });
  });
});
