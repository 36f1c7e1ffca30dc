import { expect, test } from "vitest";
import { evictionPolicyOf, worstPolicy } from "./eviction-policy.ts";

test("the policy is read from INFO and from CONFIG GET", () => {
  expect(evictionPolicyOf("# Memory\r\nmaxmemory_policy:allkeys-lru\r\nx:1")).toBe("allkeys-lru");
  expect(evictionPolicyOf(["maxmemory-policy", "noeviction"])).toBe("noeviction");
  expect(evictionPolicyOf("# Memory\r\n")).toBe("unknown");
  expect(evictionPolicyOf([])).toBe("unknown");
  expect(evictionPolicyOf(["maxmemory-policy", "new-policy"])).toBe("unknown");
});

test("of several servers the worst counts", () => {
  expect(worstPolicy(["noeviction", "allkeys-lfu", "volatile-ttl"])).toBe("allkeys-lfu");
  expect(worstPolicy(["unknown", "noeviction"])).toBe("noeviction");
  expect(worstPolicy([])).toBe("unknown");
});
