import { glob, readFile, writeFile } from "node:fs/promises";

/**
 * Every kernel setting that kubelet, kube-proxy and the CNI plugins may change. Switching forwarding
 * on or off also resets settings of each interface, hence the long list.
 */
const patterns = [
  "/proc/sys/kernel/{panic,panic_on_oops}",
  "/proc/sys/kernel/keys/root_*",
  "/proc/sys/vm/{overcommit_memory,panic_on_oom}",
  "/proc/sys/net/ipv4/ip_forward",
  "/proc/sys/net/ipv4/conf/*/*",
  "/proc/sys/net/ipv6/conf/*/{forwarding,accept_ra,disable_ipv6,accept_dad}",
  "/proc/sys/net/netfilter/nf_conntrack_*",
  "/proc/sys/net/bridge/*",
];

/** Values of kernel settings by path. */
export type Settings = Readonly<Record<string, string>>;

/** The values of all settings that a node may change. */
export async function readSettings(): Promise<Settings> {
  const settings: Record<string, string> = {};
  for await (const path of glob(patterns)) {
    const value = await readFile(path, "utf8").catch(() => undefined);
    if (value !== undefined) settings[path] = value;
  }
  return settings;
}

/** Writes back what has changed; forwarding first, since it resets others. */
export async function restoreSettings(before: Settings): Promise<void> {
  for (let pass = 0; pass < 2; pass += 1) {
    const now = await readSettings();
    for (const path of Object.keys(before).toSorted(forwardingFirst)) {
      const value = before[path];
      // A setting may be gone with its interface, or not be ours to write.
      if (value !== undefined && path in now && now[path] !== value)
        await writeFile(path, value).catch(() => undefined);
    }
  }
}

function forwardingFirst(one: string, other: string): number {
  return Number(other.endsWith("ip_forward")) - Number(one.endsWith("ip_forward"));
}
