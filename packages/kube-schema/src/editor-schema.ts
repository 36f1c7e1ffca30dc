import * as z from "zod";

// Kubernetes' keywords and our own for the structural schema.
const FOREIGN_KEYWORD = /^x-/;

/** The JSON schema (draft 7) with which editors complete and check a file, before defaults are filled in. */
export function editorSchema(schema: z.ZodType, title: string): Record<string, unknown> {
  const { $schema, ...body } = z.toJSONSchema(schema, {
    target: "draft-07",
    io: "input",
    reused: "inline",
    cycles: "throw",
    override: ({ jsonSchema }) => {
      for (const keyword of Object.keys(jsonSchema)) {
        if (FOREIGN_KEYWORD.test(keyword)) Reflect.deleteProperty(jsonSchema, keyword);
      }
    },
  });
  return { $schema, title, ...body };
}
