import { fileURLToPath } from "node:url";
import { useCluster } from "@headgate/test-cluster/vitest";
import { beforeAll, describe, expect } from "vitest";
import { pages } from "./markdown.ts";

const { test, cluster } = useCluster({ node: false });

const KINDS = fileURLToPath(
  new URL("../../deploy/charts/operator-crds/files/crds/", import.meta.url),
);

const READ = (await pages()).map(({ path: page, blocks }) => ({
  page,
  manifests: blocks.filter(({ language, words }) => language === "yaml" && words[0] === "manifest"),
}));

beforeAll(async () => {
  await cluster().kubectl(["apply", "--server-side", "--force-conflicts", "-f", KINDS]);
  await cluster().kubectl(["wait", "--for=condition=Established", "--timeout=60s", "-f", KINDS]);
});

test("the guide for Kubernetes has manifests", () => {
  const guide = READ.find(({ page }) => page === "docs/guides/kubernetes.md");
  expect(guide?.manifests.length).toBeGreaterThan(5);
});

describe.each(READ.filter(({ manifests }) => manifests.length > 0))("$page", ({ manifests }) => {
  test.each(manifests)("the API server takes the manifest at line $line", async ({ text }) => {
    const args = ["apply", "--dry-run=server", "--validate=strict", "--filename=-"];
    await expect(cluster().kubectl(args, { input: text })).resolves.toContain("(server dry run)");
  });
});
