/*
 * What sessions cost, against the bars of the design: npm run bench:sessions [-- --quick] [-- --only crowds,streams]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startRedis } from "@headgate/redis-server-for-tests";
import { installRedis } from "@headgate/redis-server-for-tests/install";
import { reaches, type Figure } from "./figure.ts";
import { startLoad } from "./machine/load-process.ts";
import { pinToLoad } from "./machine/pin-redis.ts";
import { printFigures, writeFigures } from "./report.ts";
import { measureSockets } from "./sessions/backend-sockets.ts";
import { measureCommands } from "./sessions/commands.ts";
import { QUICK, USUAL, type Ground, type SessionScale } from "./sessions/ground.ts";
import { measureCrowds } from "./sessions/idle-crowds.ts";
import { measureStreams } from "./sessions/open-streams.ts";
import { measureSmallProcess } from "./sessions/small-process.ts";
import { measureExpiry } from "./sessions/sweeps.ts";

const FAMILIES: Readonly<Record<string, (ground: Ground) => Promise<void>>> = {
  crowds: measureCrowds,
  expiry: measureExpiry,
  commands: measureCommands,
  streams: measureStreams,
  small: measureSmallProcess,
  sockets: measureSockets,
};

async function measure(
  family: string,
  scale: SessionScale,
  report: Ground["report"],
): Promise<void> {
  // Each with a Redis of its own, so that what one leaves behind is not counted for the next.
  const redis = await startRedis();
  const load = startLoad();
  try {
    await pinToLoad(redis);
    await FAMILIES[family]?.({ scale, load, redis, report });
  } catch (error) {
    // The other families still say something.
    process.exitCode = 1;
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`\n${family} could not be measured: ${reason}`);
  } finally {
    await Promise.all([load.stop(), redis.stop()]);
  }
}

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
});
const startedAt = new Date();
await installRedis();
const figures: Figure[] = [];
for (const family of Object.keys(FAMILIES)) {
  if (!(values.only?.split(",").includes(family) ?? true)) continue;
  await measure(family, values.quick ? QUICK : USUAL, (measured) => {
    figures.push(...measured);
    console.log(`\n${family}`);
    printFigures(measured);
  });
}
const verdicts = figures.map(reaches).filter((verdict) => verdict !== undefined);
console.log(`\n${verdicts.filter(Boolean).length} of ${verdicts.length} bars reached`);
const folder = fileURLToPath(new URL("results", import.meta.url));
console.log(`written to ${writeFigures(folder, figures, startedAt)}`);
