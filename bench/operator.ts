/*
 * How fast the operator follows, and how little it writes, against the bars of the design:
 * npm run bench:operator [-- --quick] [-- --only one,50,200,rest]
 * Scale on a control plane alone; Pods at rest on a real node, which takes root on Linux.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installRedis } from "@headgate/redis-server-for-tests/install";
import { reaches } from "./figure.ts";
import { type OperatorFigure, printOperatorFigures } from "./operator/operator-figure.ts";
import { measureRest } from "./operator/rest.ts";
import { measureMany, measureOne } from "./operator/scale.ts";
import { writeFigures } from "./report.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
});

const FAMILIES: Readonly<Record<string, () => Promise<readonly OperatorFigure[]>>> = {
  one: () => measureOne(values.quick ? 5 : 20),
  50: () => measureMany(50, { seconds: 4, reference: "7.9 s" }),
  200: () => measureMany(200, { seconds: 15, reference: "48 s, loaded" }),
  rest: async () => {
    await installRedis();
    return measureRest(values.quick ? 20_000 : 60_000);
  },
};

const startedAt = new Date();
const figures: OperatorFigure[] = [];
const canRunPods = process.platform === "linux" && process.getuid?.() === 0;
for (const family of ["one", "50", "200", "rest"]) {
  if (values.only?.split(",").includes(family) === false) continue;
  if (family === "rest" && !canRunPods) {
    console.log("\nPODS AT REST NOT MEASURED: a real node takes root on Linux");
    continue;
  }
  console.log(`\n${family}`);
  const measured = (await FAMILIES[family]?.()) ?? [];
  printOperatorFigures(measured);
  figures.push(...measured);
}
const verdicts = figures.map(reaches).filter((verdict) => verdict !== undefined);
console.log(`\n${verdicts.filter(Boolean).length} of ${verdicts.length} bars reached`);
const folder = fileURLToPath(new URL("results", import.meta.url));
console.log(`written to ${writeFigures(folder, figures, startedAt)}`);
