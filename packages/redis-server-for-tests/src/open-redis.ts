import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { startRedis } from "./server.ts";

const run = promisify(execFile);

/** A server for a test that needs no more than keys of its own. */
export interface OpenRedis {
  /** May hold a user and a password: do not print it. */
  readonly url: string;
  /** What every key of this test begins with. */
  readonly prefix: string;
  /** Removes the keys, and the server if it was started for this test. */
  stop(): Promise<void>;
}

/** Opens the server of `HEADGATE_TEST_REDIS_URL`, or starts one where that is not set. */
export async function openRedis(url = configuredUrl()): Promise<OpenRedis> {
  const prefix = `test-${randomBytes(6).toString("hex")}:`;
  if (url === undefined) {
    const server = await startRedis();
    return { url: server.url, prefix, stop: () => server.stop() };
  }
  return { url, prefix, stop: () => removeKeys(url, prefix) };
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const cli = commandLine(new URL(url));
  const { stdout } = await cli(["--scan", "--pattern", `*${prefix}*`]);
  const keys = stdout.split("\n").filter((key) => key !== "");
  if (keys.length > 0) await cli(["UNLINK", ...keys]);
}

// Not `redis-cli -u`, which takes a password without a user for that of a user without a name.
function commandLine({ protocol, hostname, port, username, password, pathname }: URL) {
  const flags = ["-e", "-h", hostname, "-p", port || "6379", "-n", pathname.slice(1) || "0"];
  if (protocol === "rediss:") flags.push("--tls");
  if (username !== "") flags.push("--user", decodeURIComponent(username));
  // oxlint-disable-next-line node/no-process-env -- so that the password is on no command line
  const env = { ...process.env, REDISCLI_AUTH: decodeURIComponent(password) };
  return (args: readonly string[]) => run("redis-cli", [...flags, ...args], { env });
}

function configuredUrl(): string | undefined {
  // oxlint-disable-next-line node/no-process-env -- the one setting of this package
  return process.env["HEADGATE_TEST_REDIS_URL"];
}
