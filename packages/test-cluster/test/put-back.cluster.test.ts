import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject } from "vitest";
import { startCluster } from "../src/cluster.ts";
import { processes } from "../src/process/processes.ts";
import { run } from "../src/process/run.ts";
import { programSource } from "../src/programs/programs.ts";
import { ask } from "../src/vitest/broker.ts";
import { useCluster } from "../src/vitest/use-cluster.ts";

// The file's node is not used, but what it takes to start one is there when it is.
const { ownTest: test } = useCluster({ node: true });
const { socket } = inject("clusters");

/** The processes whose clusters are ours; others may have some too. */
const own = [process.pid];

/** Looks at the machine with other eyes than the code that puts it back. */
async function machineNow() {
  const lines = (text: string) => text.trim().split("\n").toSorted();
  const all = globSync("/proc/sys/{kernel,vm,net}/**").filter(
    (path) =>
      !/random|ns_last_pid|_count$|pid_max|usermodehelper|stat_refresh|conf\/veth|neigh\/veth/.test(
        path,
      ),
  );
  return {
    settings: Object.fromEntries(all.map((path) => [path, textOf(path)])),
    mounts: lines(readFileSync("/proc/self/mountinfo", "utf8")).map((line) => line.split(" ")[4]),
    interfaces: lines(await run("ip", ["-brief", "address"])),
    routes: lines(await run("ip", ["route", "show", "table", "all"])),
    firewall: await run("nft", ["list", "ruleset"]),
    groups: globSync("/sys/fs/cgroup/{*,*/*}/").toSorted(),
    folders: [
      "/run",
      "/var/lib",
      "/var/log",
      "/var/run",
      "/opt",
      "/etc",
      "/usr/libexec",
      tmpdir(),
    ].map((folder) => [folder, namesIn(folder)]),
    programs: (await processes()).map(({ command }) => command).filter(isOwn),
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).toSorted();
  // Others use the temporary folder at the same time.
  return folder === tmpdir() ? names.filter((name) => isOwn(`${folder}/${name}`)) : names;
}

/** Whether a path or a command line belongs to a node, or to a control plane that this process started. */
function isOwn(text: string): boolean {
  return new RegExp(`headgate-(node-(?!lock)|cluster-(${own.join("|")})-)`).test(text);
}

const programs = programSource(process.env, (line) => console.log(line));

test("a node that is stopped leaves the machine as it was, with Pods still running", async () => {
  await ask(socket, "stop", { node: true });
  const before = await machineNow();
  const cluster = await startCluster({ programs, node: true });
  const { kubectl } = cluster.controlPlane;
  await kubectl(["run", "stays", "--image=headgate.test/pause:1", "--image-pull-policy=Never"]);
  await kubectl(["wait", "--for=condition=Ready", "pod/stays", "--timeout=60s"]);
  expect(await machineNow()).not.toEqual(before);
  await cluster.stop();
  expect(await machineNow()).toEqual(before);
});

test("the next node cleans up after one that was killed", async () => {
  await ask(socket, "stop", { node: true });
  const before = await machineNow();
  const program = join(import.meta.dirname, "../src/main.ts");
  const child = spawn(process.execPath, [program, "--node"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  own.push(child.pid ?? 0);
  child.kill("SIGKILL");
  await once(child, "close");
  expect(await machineNow()).not.toEqual(before);
  const next = await startCluster({ programs, node: true });
  await next.stop();
  expect(await machineNow()).toEqual(before);
});
