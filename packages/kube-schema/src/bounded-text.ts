import * as z from "zod";

/**
 * A string of at most `maxLength` characters, counted as JSON schema and Kubernetes count them: by code point.
 * zod's own `max` counts UTF-16 units and would refuse some strings that the API server takes.
 */
export function boundedText(maxLength: number): z.ZodString {
  return z
    .string()
    .refine((text) => text.length <= maxLength || codePoints(text) <= maxLength, {
      error: `must be at most ${maxLength} characters long`,
    })
    .meta({ maxLength });
}

/** How many characters a JSON schema counts in a string. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
