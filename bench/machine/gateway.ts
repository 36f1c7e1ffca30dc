import type { ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startNode, type Child } from "./child.ts";
import { gatewayConfig } from "./gateway-config.ts";
import type { Target } from "./target.ts";

const PROGRAM = fileURLToPath(new URL("../../apps/gateway/dist/main.js", import.meta.url));

const READY_DEADLINE_MS = 20_000;

/** A gateway of our own, ready, and how long it took to be. */
export interface StartedGateway extends Target {
  readonly pid: number;
  readonly readyMs: number;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** What a gateway is called in the report, and what its file says besides or in place of the usual. */
export interface GatewayVariant {
  readonly name: string;
  readonly config: object;
  /** Flags of Node.js. */
  readonly flags?: readonly string[];
  /** Whether it answers `observe`. */
  readonly observed?: boolean;
}

/** Loaded before a program (`--import`), it answers `observe`. */
export const OBSERVER = fileURLToPath(new URL("../programs/observer.ts", import.meta.url));

const USUAL: GatewayVariant = { name: "gateway", config: {} };

/** Starts a gateway in front of these backends on its own core and resolves when it says it is ready. */
export async function startGateway(
  backendUrls: readonly string[],
  variant = USUAL,
): Promise<StartedGateway> {
  const folder = mkdtempSync(join(tmpdir(), "headgate-bench-"));
  const [config, log] = [join(folder, "config.json"), join(folder, "gateway.log")];
  writeFileSync(config, JSON.stringify({ ...gatewayConfig(backendUrls), ...variant.config }));
  const port = await freePort();
  const start = performance.now();
  const { flags = [], observed = false } = variant;
  const preload = observed ? ["--import", OBSERVER] : [];
  const args = [...flags, ...preload, PROGRAM, "serve", "--config", config, "--port", `${port}`];
  const output = openSync(log, "w");
  const child = startNode("gateway", args, observed ? { file: output } : output);
  closeSync(output);
  const stop = async (): Promise<void> => {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(child, `http://127.0.0.1:${port}/readyz`);
  } catch (error) {
    const said = readFileSync(log, "utf8").slice(-2000);
    await stop();
    throw new Error(`the gateway did not become ready; its last words:\n${said}`, { cause: error });
  }
  return {
    name: variant.name,
    url: `http://127.0.0.1:${port}/mcp`,
    pid: child.pid,
    process: child.process,
    readyMs: performance.now() - start,
    stop,
  };
}

async function ready(child: Child, url: string): Promise<void> {
  const deadline = performance.now() + READY_DEADLINE_MS;
  while (performance.now() < deadline) {
    if (child.process.exitCode !== null)
      throw new Error(`it ended with code ${child.process.exitCode}`);
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  throw new Error(`${url} did not answer 200 in ${READY_DEADLINE_MS} ms`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
