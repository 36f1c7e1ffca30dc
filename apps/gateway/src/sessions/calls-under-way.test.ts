import { expect, test } from "vitest";
import { GatewayError } from "../rpc/errors.ts";
import { CallsUnderWay, type CallUnderWay } from "./calls-under-way.ts";

function noted(): CallUnderWay & { readonly ends: string[] } {
  const ends: string[] = [];
  return {
    ends,
    cancel: (reason) => void ends.push(`cancelled: ${reason}`),
    giveUp: ({ code }) => void ends.push(`given up: ${code}`),
  };
}

test("the call after the thousandth is refused until one of them ends, and none of them notices", () => {
  const calls = new CallsUnderWay();
  const first = noted();
  calls.begin("n0", first);
  for (let n = 1; n < 1_000; n++) calls.begin(`n${n}`, noted());
  expect(() => calls.begin("n1000", noted())).toThrow("1000 calls under way");
  expect([calls.count, first.ends]).toEqual([1_000, []]);
  calls.finish("n0");
  expect(() => calls.begin("n1000", noted())).not.toThrow();
});

test("an id may be used again once its call is over", () => {
  const calls = new CallsUnderWay();
  calls.begin("s1", noted());
  expect(() => calls.begin("s1", noted())).toThrow("still under way");
  calls.finish("s1");
  calls.begin("s1", noted());
  expect(calls.count).toBe(1);
});

test("a cancellation reaches its call alone, and the end of a session all of them", () => {
  const calls = new CallsUnderWay();
  const [one, other] = [noted(), noted()];
  calls.begin("n1", one);
  calls.begin("n2", other);
  calls.cancel("n1", "enough");
  calls.cancel("n9", "no such call");
  calls.giveUp(new GatewayError("shutting-down", "The gateway is stopping."));
  expect(one.ends).toEqual(["cancelled: enough", "given up: shutting-down"]);
  expect(other.ends).toEqual(["given up: shutting-down"]);
});
