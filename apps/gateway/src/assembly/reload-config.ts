import { isDeepStrictEqual } from "node:util";
import { LIVE_BLOCKS, type LoadedConfig, type Problem } from "@headgate/gateway-config";
import type { LoadResult } from "../config/load.ts";
import type { ReloadStatus } from "../http/status-document.ts";
import type { LiveLimits } from "../limits/live-limits.ts";
import type { Log } from "../telemetry/log.ts";
import type { ReloadMeter } from "../telemetry/reload-meter.ts";

/** What a changed configuration acts on. */
interface ReloadOptions {
  /** What the gateway was started with. */
  readonly running: LoadedConfig;
  readonly limits: Pick<LiveLimits, "change">;
  /** Puts other backends in force. */
  changeBackends(config: LoadedConfig): void;
  readonly log: Log;
  readonly meter: ReloadMeter;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Takes changed configurations: puts in force what can be while sessions and calls go on, and names the rest. */
class ConfigReload {
  readonly #options: ReloadOptions;
  #running: LoadedConfig;
  #status: ReloadStatus | undefined;

  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#running = options.running;
  }

  /** What is in force. */
  get running(): LoadedConfig {
    return this.#running;
  }

  /** What became of the last one; `undefined` before there was any. */
  get status(): ReloadStatus | undefined {
    return this.#status;
  }

  /** Puts a valid configuration in force; of one that is not, nothing, and what was there stays. */
  take(result: LoadResult): void {
    if (result.ok) this.#apply(result.config, result.warnings);
    else this.#refuse(result.problems);
  }

  #apply(config: LoadedConfig, warnings: readonly Problem[]): void {
    const { log, limits } = this.#options;
    const changed = changedBlocks(this.#running, config);
    const needsRestart = changed.filter((block) => !LIVE_BLOCKS.has(block));
    this.#running = withLiveBlocks(this.#running, config);
    if (changed.includes("rateLimiting")) {
      limits.change(config.rateLimiting);
      log.info("limits changed");
    }
    if (changed.some((block) => BACKEND_BLOCKS.has(block))) {
      this.#options.changeBackends(this.#running);
      log.info({ backends: config.backends.map(({ name }) => name) }, "backends changed");
    }
    for (const { path, message } of warnings) log.warn({ path }, `configuration: ${message}`);
    if (needsRestart.length > 0)
      log.warn({ needsRestart }, `needs a restart: ${needsRestart.join(", ")}`);
    else log.info("the configuration file is in force");
    this.#tell("applied", { needsRestart });
  }

  #refuse(problems: readonly Problem[]): void {
    const sentences = problems.map(({ path, message }) => `${path} ${message}`.trim());
    this.#options.log.error(
      { problems: sentences },
      "the changed configuration file is refused, and what was in force stays",
    );
    this.#tell("refused", { problems: sentences, needsRestart: this.#status?.needsRestart ?? [] });
  }

  #tell(
    outcome: ReloadStatus["outcome"],
    told: Partial<Pick<ReloadStatus, "problems" | "needsRestart">>,
  ): void {
    const atMs = this.#options.now();
    this.#status = { outcome, atMs, problems: [], needsRestart: [], ...told };
    this.#options.meter.reloaded(outcome, atMs / 1000);
  }
}

/** What is read anew when backends change. */
const BACKEND_BLOCKS: ReadonlySet<string> = new Set(["backends", "outgoingAuth", "aggregation"]);

/** What is in force when the blocks that can change have changed, and the others wait for a restart. */
function withLiveBlocks(running: LoadedConfig, config: LoadedConfig): LoadedConfig {
  const live = Object.entries(config).filter(([block]) => LIVE_BLOCKS.has(block));
  const { rateLimiting: _, ...rest } = running;
  return { ...rest, ...(Object.fromEntries(live) as Partial<LoadedConfig>) };
}

/** The top-level keys whose values differ, in the order of the alphabet. */
function changedBlocks(one: LoadedConfig, other: LoadedConfig): string[] {
  const [was, is] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  const blocks = new Set([...was.keys(), ...is.keys()]);
  return [...blocks].filter((key) => !isDeepStrictEqual(was.get(key), is.get(key))).toSorted();
}

export { ConfigReload };
