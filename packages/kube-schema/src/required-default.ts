import type * as z from "zod";

/** The keyword that lists a field with a default among the required ones all the same. */
export const REQUIRED_DEFAULT_KEYWORD = "x-required-with-default";

/**
 * A field which may be left out, because it has a default, although the API server's schema lists it as required:
 * what fills it in comes before what would miss it.
 */
export function requiredWithDefault<Schema extends z.ZodType>(
  schema: Schema,
  value: z.core.util.NoUndefined<z.output<Schema>>,
): z.ZodDefault<Schema> {
  return schema.default(value).meta({ [REQUIRED_DEFAULT_KEYWORD]: true });
}
