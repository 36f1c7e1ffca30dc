import { run, tryRun } from "../process/run.ts";

/** Everything that a node has an address for. */
const RANGE = "198.18.0.0/15";
const rules = [
  ["FORWARD", "--source", RANGE, "--jump", "ACCEPT"],
  ["FORWARD", "--destination", RANGE, "--jump", "ACCEPT"],
];

/** Lets packets between Pods through where the machine forwards nothing unasked, as Docker sets it up. */
export async function allowForwarding(): Promise<void> {
  if (!(await isDropping())) return;
  for (const rule of rules) await run("iptables", ["--insert", ...rule]);
}

/** Takes back what was allowed, if anything was. */
export async function disallowForwarding(): Promise<void> {
  if (!(await isDropping())) return;
  for (const rule of rules) await tryRun("iptables", ["--delete", ...rule]);
}

async function isDropping(): Promise<boolean> {
  const found = await tryRun("iptables", ["--list-rules", "FORWARD"]).catch(() => undefined);
  return found?.stdout.startsWith("-P FORWARD DROP") ?? false;
}
