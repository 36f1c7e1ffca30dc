import { expect } from "vitest";
import { useCluster } from "../src/vitest/use-cluster.ts";

const { test, cluster } = useCluster({ node: false });

test("the API server is ready, in the version that is asked for", async () => {
  expect(await cluster().kubectl(["get", "--raw", "/readyz"])).toBe("ok");
});
