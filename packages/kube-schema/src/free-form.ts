import * as z from "zod";

/** The schema keyword that keeps the API server from pruning what the schema does not name. */
export const PRESERVE_KEYWORD = "x-kubernetes-preserve-unknown-fields";

/** A JSON object whose content is not ours to judge. */
export function freeObject(): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return z.record(z.string(), z.unknown()).meta({ [PRESERVE_KEYWORD]: true });
}

/** Any JSON value. */
export function freeValue(): z.ZodUnknown {
  return z.unknown().meta({ [PRESERVE_KEYWORD]: true });
}

/** The same object which keeps fields that it does not name, here as in the API server. */
export function openObject<Shape extends z.core.$ZodLooseShape>(
  object: z.ZodObject<Shape>,
): z.ZodObject<Shape, z.core.$loose> {
  return object.loose().meta({ [PRESERVE_KEYWORD]: true });
}
