import { once } from "node:events";
import { createServer } from "node:net";
import { DemoFailure } from "./failure.ts";

const TRIES = 100;
/** The port is another program's, or only a privileged program may have it. */
const NOT_OURS: ReadonlySet<unknown> = new Set(["EADDRINUSE", "EACCES"]);

/** The first port of `host`, from `first` on, that nobody listens on. Throws a DemoFailure after 100 taken ones. */
export async function freePort(host: string, first: number): Promise<number> {
  const end = Math.min(first + TRIES, 65_536);
  for (let port = first; port < end; port += 1) {
    if (await isFree(host, port)) return port;
  }
  throw new DemoFailure(`Every port of ${host} from ${first} to ${end - 1} is taken.`);
}

async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(port, host), "listening");
  } catch (error) {
    if (error instanceof Error && "code" in error && NOT_OURS.has(error.code)) return false;
    throw error;
  }
  await once(probe.close(), "close");
  return true;
}
