import { join } from "node:path";
import { Daemon } from "../process/daemon.ts";
import { freePort } from "../process/free-port.ts";

/** A store that forgets everything when it stops. */
export interface Etcd {
  readonly url: string;
  readonly daemon: Daemon;
}

/** Starts etcd on loopback, in a folder of its own, and resolves when it answers. */
export async function startEtcd(program: string, folder: string): Promise<Etcd> {
  const [url, peer] = [await loopbackUrl(), await loopbackUrl()];
  const flags = {
    name: "test",
    "data-dir": join(folder, "etcd"),
    "listen-client-urls": url,
    "advertise-client-urls": url,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `test=${peer}`,
    "log-level": "warn",
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const daemon = await Daemon.start({
    program,
    // Nothing outlives the process, so waiting for the disk would be for nothing.
    args: [...args, "--unsafe-no-fsync"],
    logFile: join(folder, "etcd.log"),
  });
  const isHealthy = async () => (await fetch(`${url}/health`)).ok;
  await daemon.until("health of etcd", () => isHealthy().catch(() => false));
  return { url, daemon };
}

async function loopbackUrl(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}
