import { hostname } from "node:os";
import { connect } from "@headgate/controller";
import { createOperator } from "./operator.ts";
import { prometheusFigures } from "./process/figures.ts";
import { listen } from "./process/listen.ts";
import { jsonLog } from "./process/log.ts";
import { flagsFrom } from "./settings/flags.ts";
import { settingsFrom } from "./settings/settings.ts";

/** Set by the build from package.json. */
declare const HEADGATE_VERSION: string | undefined;

const VERSION = typeof HEADGATE_VERSION === "undefined" ? "0.0.0-source" : HEADGATE_VERSION;

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
  const client = connect({
    kubeConfig:
      settings.kubeConfig === undefined
        ? { from: "pod" }
        : { from: "file", path: settings.kubeConfig },
    userAgent: `headgate-operator/${VERSION}`,
    metrics: figures.metrics,
  });
  const operator = createOperator({
    client,
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
  const ok = { status: 200, body: "ok\n" };
  const servers = await Promise.all([
    flags.healthAddress &&
      listen(flags.healthAddress, {
        "/healthz": () => ok,
        "/readyz": () => (operator.ready() ? ok : { status: 503, body: "caches are not full\n" }),
      }),
    flags.metricsAddress &&
      listen(flags.metricsAddress, {
        "/metrics": async () => ({ status: 200, body: await figures.text() }),
      }),
  ]);
  await operator.run(stop.signal);
  client.close();
  for (const server of servers) {
    server?.close();
    server?.closeAllConnections();
  }
  // Whoever leads no more without being told to stop has to be started anew.
  return stop.signal.aborted ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`headgate-operator could not go on: ${reason}\n`);
  process.exit(1);
}
