/*
 * The benchmark: node bench/main.ts [--quick] …; see options.ts or --help.
 */
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import type { Bench } from "./bench.ts";
import type { Figure } from "./figure.ts";
import { measureArrivals } from "./figures/arrivals.ts";
import { measureCalls } from "./figures/calls.ts";
import { measureConnects } from "./figures/connects.ts";
import { measureLimited } from "./figures/limited.ts";
import { measureLists } from "./figures/lists.ts";
import { measureReturned } from "./figures/returned.ts";
import { measureSessions } from "./figures/sessions.ts";
import { measureStarts } from "./figures/starts.ts";
import { startBackends } from "./machine/backends.ts";
import { canPin } from "./machine/cores.ts";
import { startLoad } from "./machine/load-process.ts";
import { startRelay } from "./machine/relay.ts";
import { parseOptions, USAGE, type Options } from "./options.ts";
import { printFigures, writeFigures } from "./report.ts";

const FAMILIES: Readonly<Record<string, (bench: Bench) => Promise<readonly Figure[]>>> = {
  calls: measureCalls,
  limited: measureLimited,
  lists: measureLists,
  connects: measureConnects,
  sessions: measureSessions,
  returned: measureReturned,
  arrivals: measureArrivals,
  starts: measureStarts,
};

async function run(options: Options): Promise<number> {
  const startedAt = new Date();
  const families = chosen(options);
  const { backendSessions: sessions, firstPort, scale, ownGateway } = options;
  const backends = await startBackends({ servers: 3, tools: 20, sessions, firstPort });
  const relay = options.floor ? await startRelay(backends.urls[0] ?? "") : undefined;
  const load = startLoad();
  const peers = [...(relay === undefined ? [] : [relay]), ...options.peers];
  const { figures, failed } = await measureAll(
    { scale, load, backends, peers, ownGateway },
    families,
  );
  await Promise.all([load.stop(), backends.stop(), relay?.stop()]);
  const folder = fileURLToPath(new URL("results", import.meta.url));
  console.log(`\nwritten to ${writeFigures(folder, figures, startedAt)}`);
  return failed ? 1 : 0;
}

function chosen({ only }: Options): readonly string[] {
  const known = Object.keys(FAMILIES);
  const unknown = only?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--only knows ${known.join(", ")}; not ${unknown}`);
  return known.filter((name) => only?.includes(name) ?? true);
}

async function measureAll(
  bench: Bench,
  families: readonly string[],
): Promise<{ figures: readonly Figure[]; failed: boolean }> {
  const figures: Figure[] = [];
  let failed = false;
  for (const family of families) {
    try {
      const measured = (await FAMILIES[family]?.(bench)) ?? [];
      figures.push(...measured);
      console.log(`\n${family}`);
      printFigures(measured);
    } catch (error) {
      // The other families still say something.
      failed = true;
      console.error(
        `\n${family} could not be measured: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return { figures, failed };
}

/** What makes the figures of this run rougher than they could be. */
function caveats(): readonly string[] {
  const busy = loadavg()[0] ?? 0;
  return [
    ...(canPin
      ? []
      : ["No taskset or only one core: gateway and load share cores, so figures are rougher."]),
    ...(busy > 1
      ? [`The machine is busy (load ${busy.toFixed(1)}): compare ratios, not figures.`]
      : []),
  ];
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === "help") {
    console.log(USAGE);
    return 0;
  }
  for (const caveat of caveats()) console.log(caveat);
  return run(options);
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
