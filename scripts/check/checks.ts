/** One check of the tree: a program of this workspace and what it is called with. */
export interface Check {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** What to run to repair a failure, where a command can. */
  readonly repair?: string;
  /** A file without which there is nothing to check yet. */
  readonly needs?: string;
}

/** Everything that must hold before the tests run, cheapest first. */
export const checks: readonly Check[] = [
  { name: "format", program: "oxfmt", args: ["--check", "."], repair: "pnpm format" },
  { name: "lint", program: "oxlint", args: ["--type-aware", "--deny-warnings"] },
  { name: "workspace boundaries", program: "turbo", args: ["boundaries"] },
  { name: "direction of imports", program: "node", args: ["scripts/imports.ts"] },
  { name: "types", program: "tsc", args: ["-b"] },
  { name: "unused code", program: "knip", args: ["--no-progress"] },
  {
    name: "generated files",
    program: "node",
    args: ["--conditions=@headgate/source", "packages/api/generate.ts", "--check"],
    repair: "npm run generate",
    needs: "packages/api/generate.ts",
  },
  { name: "build", program: "turbo", args: ["run", "build", "--output-logs=errors-only"] },
];
