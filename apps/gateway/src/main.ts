import { readFile } from "node:fs/promises";
import { ConfigFollower } from "./assembly/follow-config.ts";
import type { ServeCommand } from "./cli/command.ts";
import { configOf, type ConfigOutcome } from "./cli/config-of.ts";
import { explainLimitsReport } from "./cli/explain-limits.ts";
import { parseCommand } from "./cli/parse-command.ts";
import { printProblems } from "./cli/print-problems.ts";
import { usage } from "./cli/usage.ts";
import { type Report, validateReport } from "./cli/validate.ts";
import { versionLine } from "./cli/version.ts";
import { watchFile } from "./config/watch-file.ts";
import { tuneGarbageCollection } from "./garbage-collection.ts";
import { inCluster, type InCluster } from "./kubernetes/in-cluster.ts";
import { type ConfigMapListener, watchConfigMap } from "./kubernetes/watch-config-map.ts";
import { serve } from "./serve.ts";
import { createLog, type Log } from "./telemetry/log.ts";
import { secretsOf } from "./telemetry/secrets-of.ts";

/** Set by the build from package.json. */
declare const HEADGATE_VERSION: string | undefined;

const VERSION = typeof HEADGATE_VERSION === "undefined" ? "0.0.0-source" : HEADGATE_VERSION;

/** How long a configuration file rests before it is read again. */
const QUIET_MS = 200;

const world = {
  env: process.env,
  readFile: (path: string) => readFile(path, "utf8"),
  colour: process.stderr.isTTY,
};

/** Runs one command; resolves to the exit code, or to nothing while a gateway runs. */
async function main(argv: readonly string[]): Promise<number | undefined> {
  const parsed = parseCommand(argv);
  if (!parsed.ok) {
    process.stderr.write(
      printProblems({ problems: parsed.problems, severity: "error", colour: world.colour }),
    );
    return 2;
  }
  const { command } = parsed;
  switch (command.kind) {
    case "version":
      process.stdout.write(versionLine(VERSION, process.versions.node));
      return 0;
    case "help":
      process.stdout.write(usage(command.topic));
      return 0;
    case "validate":
      return show(await validateReport(command, world));
    case "explain-limits":
      return show(await explainLimitsReport(command, world));
    case "serve":
      return run(command);
  }
}

function show({ out, err, exitCode }: Report): number {
  process.stdout.write(out);
  process.stderr.write(err);
  return exitCode;
}

async function run(command: ServeCommand): Promise<number | undefined> {
  const outcome = await configOf(command, world);
  const problems = outcome.ok ? outcome.warnings : outcome.problems;
  const shown = { problems, file: outcome.file, colour: world.colour };
  if (!outcome.ok) {
    process.stderr.write(printProblems({ ...shown, severity: "error" }));
    return 1;
  }
  const { config } = outcome;
  const log = createLog({
    level: config.operational.logLevel ?? "info",
    format: command.logFormat ?? (process.stdout.isTTY ? "pretty" : "json"),
    colour: process.stdout.isTTY,
    secrets: secretsOf(config, process.env),
  });
  tuneGarbageCollection();
  for (const { path, message } of problems) log.warn({ path }, `configuration: ${message}`);
  // One call that goes wrong in a way that nobody thought of must not take the others with it.
  process.on("unhandledRejection", (err) => log.error({ err }, "unhandled rejection"));
  const running = await serve({
    config,
    host: command.host,
    port: command.port,
    version: VERSION,
    env: process.env,
    log,
  });
  for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
    process.on(signal, () => {
      log.info({ signal }, "told to stop");
      void running.stop().then(() => process.exit(0));
    });
  }
  if (command.source.kind === "file") {
    const { file } = command.source;
    const read = (text?: string): Promise<ConfigOutcome> =>
      configOf(command, text === undefined ? world : { ...world, readFile: async () => text });
    await follow(file, { text: outcome.file?.text, read, reload: running.reload }, log);
  }
  return undefined;
}

/** Has a changed configuration taken: from its ConfigMap, from the file, or from the file when SIGHUP says so. */
async function follow(
  file: string,
  options: ConstructorParameters<typeof ConfigFollower>[0],
  log: Log,
): Promise<void> {
  const follower = new ConfigFollower(options);
  // The file of a ConfigMap is behind the ConfigMap, and may show what was already replaced.
  const state = { byConfigMap: false };
  process.on("SIGHUP", () => {
    log.info({ signal: "SIGHUP" }, "told to read the configuration file again");
    void follower.reload();
  });
  watchFile(file, {
    quietMs: QUIET_MS,
    changed: () => {
      if (!state.byConfigMap) void follower.check();
    },
    failed: (err) =>
      log.warn({ err }, "changes of the configuration file are not noticed; send SIGHUP"),
  });
  try {
    const cluster = await inCluster(process.env);
    if (cluster !== undefined) void followConfigMap(cluster, { follower, state, log });
  } catch (err) {
    log.warn({ err }, "the ConfigMap cannot be followed; its file is");
  }
}

async function followConfigMap(
  cluster: InCluster,
  {
    follower,
    state,
    log,
  }: {
    readonly follower: ConfigFollower;
    readonly state: { byConfigMap: boolean };
    readonly log: Log;
  },
): Promise<void> {
  const listener: ConfigMapListener = {
    told: (text) => {
      state.byConfigMap = true;
      void follower.offer(text);
    },
    following: (isFollowing, reason) => {
      state.byConfigMap = isFollowing;
      if (isFollowing) return log.info("changes of the ConfigMap are noticed at once");
      log.warn({ reason }, "the ConfigMap cannot be followed; its file is");
      void follower.check();
    },
  };
  await watchConfigMap(cluster, listener, new AbortController().signal);
}

try {
  const code = await main(process.argv.slice(2));
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`headgate could not start: ${reason}\n`);
  process.exit(1);
}
