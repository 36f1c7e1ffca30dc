import * as z from "zod";
import type { Kind } from "./kind.ts";

const Metadata = z
  .looseObject({
    name: z.string().min(1).describe("Name of the object."),
    namespace: z.string().optional().describe("Namespace of the object."),
  })
  .describe("What the API server says of any object.");

/** The schema of a whole manifest of a kind, with a spec that keeps the kind's rules; what the status says is not asked. */
export function manifestSchema(kind: Kind): z.ZodType {
  const versions = kind.versions.map(({ name }) => `${kind.group}/${name}`);
  return z
    .strictObject({
      apiVersion: z.enum(versions).describe("Group and version of the kind."),
      kind: z.enum([kind.kind]).describe("The kind."),
      metadata: Metadata,
      spec: kind.spec.optional().describe("What is wanted."),
      status: z.looseObject({}).optional().describe("What was found; written by the operator."),
    })
    .describe(kind.description);
}
