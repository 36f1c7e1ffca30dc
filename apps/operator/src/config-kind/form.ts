import { pathText, readAs } from "@headgate/gateway-config";
import type * as z from "zod";

const MOST_TOLD = 10;

/**
 * What a definition finds fault with in a spec that the API server has: nothing, unless it was admitted by another
 * definition. Fields that are not known are no fault: whoever defined them knows what they are.
 */
export function formProblems(definition: { readonly spec: z.ZodType }, spec: unknown): string[] {
  if (spec === undefined) return ["spec is missing"];
  const read = readAs(definition.spec, spec, () => undefined);
  if (read.ok) return [];
  return read.findings
    .filter(({ at }) => at === "value")
    .slice(0, MOST_TOLD)
    .map(({ path, message }) => `${pathText(["spec", ...path])}: ${message}`);
}
