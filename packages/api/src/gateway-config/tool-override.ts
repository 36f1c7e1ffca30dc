import * as z from "zod";

/** Hints about a tool's behaviour that replace those its server gave. */
export const ToolAnnotations = z.strictObject({
  title: z.string().optional().describe("Title shown to people."),
  readOnlyHint: z
    .boolean()
    .optional()
    .describe("Whether the tool leaves its environment as it is."),
  destructiveHint: z
    .boolean()
    .optional()
    .describe("Whether the tool may destroy or overwrite something."),
  idempotentHint: z
    .boolean()
    .optional()
    .describe("Whether repeating a call with the same arguments changes nothing more."),
  openWorldHint: z
    .boolean()
    .optional()
    .describe("Whether the tool reaches things outside its own system."),
});
export type ToolAnnotations = z.infer<typeof ToolAnnotations>;

/** What a tool is advertised as, in place of what its server calls it. */
export const ToolOverride = z.strictObject({
  name: z.string().optional().describe("Name the tool gets before conflicts are resolved."),
  description: z.string().optional().describe("Description clients see."),
  annotations: ToolAnnotations.optional().describe(
    "Hints clients see; those left out keep the server's value.",
  ),
});
export type ToolOverride = z.infer<typeof ToolOverride>;
