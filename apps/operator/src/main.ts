import type { Server } from "node:http";
import { hostname } from "node:os";
import { setFlagsFromString } from "node:v8";
import { connect, type KubeConfigSource, podProxy } from "@headgate/controller";
import { createOperator, type Operator } from "./operator.ts";
import { type Figures, prometheusFigures } from "./process/figures.ts";
import { listen } from "./process/listen.ts";
import { jsonLog } from "./process/log.ts";
import { type Flags, flagsFrom } from "./settings/flags.ts";
import { type Settings, settingsFrom } from "./settings/settings.ts";

/** Set by the build from package.json. */
declare const HEADGATE_VERSION: string | undefined;

const VERSION = typeof HEADGATE_VERSION === "undefined" ? "0.0.0-source" : HEADGATE_VERSION;

/** A Pod that takes longer is asked again in the next round. */
const POD_TIMEOUT_MS = 5_000;

// Many small objects live briefly here, and nothing waits for a millisecond: memory is worth more than speed.
setFlagsFromString("--optimize-for-size");

/** Runs the operator until it is told to stop, or until it leads no more; resolves to the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const parsed = flagsFrom(args);
  if (!parsed.ok) {
    process.stderr.write(`headgate-operator: ${parsed.problem}\n`);
    return 2;
  }
  const { flags } = parsed;
  const settings = settingsFrom(process.env);
  const log = jsonLog();
  const figures = prometheusFigures();
  const connection = {
    kubeConfig: kubeConfigOf(settings),
    userAgent: `headgate-operator/${VERSION}`,
    metrics: figures.metrics,
  };
  const client = connect(connection);
  const pods = podProxy({ ...connection, timeoutMs: POD_TIMEOUT_MS });
  const operator = createOperator({
    client,
    pods,
    settings,
    leaderElect: flags.leaderElect,
    identity: `${settings.podName ?? hostname()}_${process.pid}_${Date.now().toString(36)}`,
    log,
    metrics: figures.metrics,
  });
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      log.info({ signal }, "told to stop");
      stop.abort();
    });
  }
  const servers = await open(flags, operator, figures);
  await operator.run(stop.signal);
  client.close();
  pods.close();
  for (const server of servers) {
    server?.close();
    server?.closeAllConnections();
  }
  // Whoever leads no more without being told to stop has to be started anew.
  return stop.signal.aborted ? 0 : 1;
}

/** Opens the operational listeners that are wanted. */
function open(
  { healthAddress, metricsAddress }: Flags,
  operator: Pick<Operator, "ready">,
  figures: Pick<Figures, "text">,
): Promise<(Server | undefined)[]> {
  const ok = { status: 200, body: "ok\n" };
  const notReady = { status: 503, body: "caches are not full\n" };
  return Promise.all([
    healthAddress &&
      listen(healthAddress, {
        "/healthz": () => ok,
        "/readyz": () => (operator.ready() ? ok : notReady),
      }),
    metricsAddress &&
      listen(metricsAddress, {
        "/metrics": async () => ({ status: 200, body: await figures.text() }),
      }),
  ]);
}

function kubeConfigOf({ kubeConfig }: Settings): KubeConfigSource {
  return kubeConfig === undefined ? { from: "pod" } : { from: "file", path: kubeConfig };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`headgate-operator could not go on: ${reason}\n`);
  process.exit(1);
}
