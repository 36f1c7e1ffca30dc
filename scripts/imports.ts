// Imports run one way: no circle between files, none between folders, and within the gateway only downward.
import { join } from "node:path";
import { importProblems } from "./imports/problems.ts";

const problems = await importProblems(join(import.meta.dirname, ".."));
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
