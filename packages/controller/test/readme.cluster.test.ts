import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useCluster } from "@headgate/test-cluster/vitest";
import { expect } from "vitest";
import { createInformer } from "../src/informer/informer.ts";
import { configMaps } from "./kinds.ts";
import { started, until, withRig } from "./rig.ts";

const { test, cluster } = useCluster({ node: false });
const folder = join(import.meta.dirname, "..");

async function example(): Promise<string> {
  const readme = await readFile(join(folder, "README.md"), "utf8");
  const [, code = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  return code;
}

test("the README's example does what it says, and ends when it is told to", async () => {
  await withRig(cluster(), async ({ direct, namespace, signal }) => {
    const program = spawn(
      process.execPath,
      [
        "--conditions=@headgate/source",
        "--input-type=module-typescript",
        "--eval",
        await example(),
      ],
      {
        cwd: folder,
        env: { PATH: process.env["PATH"], KUBECONFIG: cluster().kubeconfig, NAMESPACE: namespace },
        stdio: ["ignore", "inherit", "inherit"],
      },
    );
    const ended = once(program, "exit");
    try {
      const seen = createInformer({ client: direct, kind: configMaps, namespaces: [namespace] });
      started(seen, signal);
      const metadata = { namespace, name: "words", labels: { whisper: "" } };
      await direct.create(configMaps, { metadata, data: { greeting: "hello" } });
      const loud = `${namespace}/words-loud`;
      const isLoud = () => seen.cache.get(loud)?.data?.["greeting"] === "HELLO";
      await until(seen, isLoud);
      const touched = { type: "merge", body: { data: { greeting: "quiet" } } } as const;
      await direct.patch(configMaps, { namespace, name: "words-loud" }, touched);
      await until(seen, () => !isLoud());
      await until(seen, isLoud);
    } finally {
      program.kill("SIGTERM");
    }
    expect(await ended).toEqual([0, null]);
  });
});
