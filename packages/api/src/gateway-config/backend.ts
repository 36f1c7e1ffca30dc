import { boundedText, type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";

const fields = z.strictObject({
  name: z
    .string()
    .describe("Name of the backend: its id in logs and metrics, and what `{workload}` stands for."),
  transport: z
    .enum(["sse", "streamable-http", "stdio"])
    .describe(
      "How the backend is reached: over HTTP, or as a child process that speaks MCP on its standard streams.",
    ),
  url: z
    .string()
    .regex(/^https?:\/\//, { error: "must start with http:// or https://" })
    .optional()
    .describe("Address of the MCP endpoint; required unless the transport is `stdio`."),
  type: z
    .enum(["entry", ""])
    .optional()
    .describe("`entry` marks a remote endpoint that no proxy stands in front of."),
  caBundlePath: z
    .string()
    .optional()
    .describe("File with the certificates to trust for this backend; only for `type: entry`."),
  metadata: z
    .record(z.string(), z.string())
    .optional()
    .describe("Free labels, passed through as they are."),
  headers: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      "For HTTP transports: headers added to each request, as IDEs write them; one from `outgoingAuth` wins over one of the same name here.",
    ),
  command: boundedText(4096).min(1).optional().describe("For `stdio`: the program to start."),
  args: z
    .array(boundedText(65_536))
    .max(256)
    .optional()
    .describe("For `stdio`: its arguments, one entry each."),
  env: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      "For `stdio`: environment variables of the program, which inherits no others but the harmless ones.",
    ),
  cwd: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe("For `stdio`: the directory the program starts in."),
  scope: z
    .enum(["session", "shared"])
    .default("session")
    .describe("For `stdio`: one process per client session, or one that all sessions share."),
});

const rules: Rule<z.infer<typeof fields>>[] = [
  {
    cel: "self.transport == 'stdio' || has(self.url)",
    message: "url is required unless transport is stdio",
    holds: ({ transport, url }) => transport === "stdio" || url !== undefined,
  },
  {
    cel: "self.transport != 'stdio' || !has(self.url)",
    message: "url must not be set when transport is stdio",
    holds: ({ transport, url }) => transport !== "stdio" || url === undefined,
  },
  {
    cel: "self.transport != 'stdio' || has(self.command)",
    message: "command is required when transport is stdio",
    holds: ({ transport, command }) => transport !== "stdio" || command !== undefined,
  },
  {
    cel: "self.transport == 'stdio' || !(has(self.command) || has(self.args) || has(self.env) || has(self.cwd))",
    message: "command, args, env and cwd may only be set when transport is stdio",
    holds: ({ transport, command, args, env, cwd }) =>
      transport === "stdio" || (command ?? args ?? env ?? cwd) === undefined,
  },
  {
    cel: "self.transport != 'stdio' || !has(self.headers)",
    message: "headers must not be set when transport is stdio",
    holds: ({ transport, headers }) => transport !== "stdio" || headers === undefined,
  },
];

/** One MCP server behind the gateway, and how it is reached. */
export const Backend = withRules(fields, rules);
export type Backend = z.infer<typeof Backend>;
