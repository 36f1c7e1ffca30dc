import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** Command and arguments that start the program of an installed MCP server package with this Node. */
export function npmServer(name: string, ...args: string[]): { command: string; args: string[] } {
  const manifest = `${name}/package.json`;
  const { bin } = require(manifest) as { bin: string | Record<string, string> };
  const program = typeof bin === "string" ? bin : Object.values(bin)[0]!;
  return {
    command: process.execPath,
    args: [join(dirname(require.resolve(manifest)), program), ...args],
  };
}
