import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { GatewayConfigInput } from "@headgate/api";
import * as z from "zod";
import type { Scratch } from "./scratch.ts";

const require = createRequire(import.meta.url);

const Manifest = z.object({ bin: z.record(z.string(), z.string()) });

/** One MCP server behind the gateway, as its configuration names it. */
export type DemoServer = NonNullable<GatewayConfigInput["backends"]>[number];

/** The four servers of the demo: real packages from npm, started by the gateway over stdio. */
export function demoServers(scratch: Scratch, node: string): DemoServer[] {
  const server = (name: string, ...args: string[]) => ({
    name,
    transport: "stdio" as const,
    command: node,
    args: [programOf(`@modelcontextprotocol/server-${name}`), ...args],
  });
  return [
    server("everything"),
    // Shared, so that no client can point it at other folders with its roots.
    { ...server("filesystem", scratch.files), scope: "shared" },
    // Shared, so that all clients remember the same, and one process writes the file.
    { ...server("memory"), scope: "shared", env: { MEMORY_FILE_PATH: scratch.memoryFile } },
    server("sequential-thinking"),
  ];
}

/** The file that an installed package starts from. */
function programOf(name: string): string {
  const manifestFile = require.resolve(`${name}/package.json`);
  const { bin } = Manifest.parse(require(manifestFile));
  return join(dirname(manifestFile), Object.values(bin)[0] ?? "");
}
