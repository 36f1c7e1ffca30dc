import { describe, expect, test } from "vitest";
import { answerOnly } from "./answer-only.ts";
import { askerOfOversized } from "./oversized.ts";
import { PendingRequests, type Pending } from "./pending-requests.ts";

const pending = new PendingRequests();
const exchange = answerOnly(
  () => undefined,
  () => undefined,
);
const [one, two] = ["1", '"x\\"y"'].map((id) =>
  pending.add({ id, text: `{"jsonrpc":"2.0","id":${id},"method":"m"}` }, exchange),
) as [Pending, Pending];

function askerOf(
  head: string,
  tail: string,
  among: readonly Pending[] = [one, two],
): Pending | undefined {
  return askerOfOversized({ head, tail, maxBytes: 10 }, among);
}

describe("the asker of an answer that was too large", () => {
  test("is told by an id at the start", () => {
    expect(askerOf('{"jsonrpc":"2.0","id":1,"result":{"text":"xxx', "xxx")).toBe(one);
    expect(askerOf('{ "jsonrpc": "2.0", "id": "x\\"y", "error": {"mess', "xxx")).toBe(two);
  });

  test("is told by an id at the end", () => {
    expect(askerOf('{"result":{"text":"xxx', 'xxx"},"jsonrpc":"2.0","id":1.0}')).toBe(one);
    expect(askerOf('{"result":{"text":"xxx', 'xxx"},"jsonrpc":"2.0", "id" : "x\\"y" }')).toBe(two);
  });

  test("is not told by an id further in, or by the id of a request of the server", () => {
    expect(askerOf('{"result":{"id":1,', '"id":1}}')).toBeUndefined();
    expect(askerOf('{"jsonrpc":"2.0","id":1,"method":"x', "xxx")).toBeUndefined();
    expect(askerOf('{"result":{"text":"', String.raw`,\"id\":1}"}`)).toBeUndefined();
  });

  test("is the only one that waits, when nothing else tells", () => {
    expect(askerOf("xxx", "xxx", [two])).toBe(two);
    expect(askerOf('{"jsonrpc":"2.0","id":9,"result":', "xxx", [two])).toBeUndefined();
  });
});
