/** One check of the tree: a script of the root's package.json. */
export interface Check {
  readonly name: string;
  readonly script: string;
  /** What to run to repair a failure, where a command can. */
  readonly repair?: string;
}

/** Everything that must hold before the tests run, cheapest first. */
export const checks: readonly Check[] = [
  { name: "format", script: "check:format", repair: ".tools/bin/pnpm format" },
  { name: "lint", script: "check:lint" },
  { name: "boundaries between packages", script: "check:boundaries" },
  { name: "direction of imports", script: "check:imports" },
  { name: "types", script: "check:types" },
  { name: "unused code", script: "check:unused" },
  { name: "generated files", script: "check:generated", repair: "npm run generate" },
  { name: "build", script: "check:build" },
];
