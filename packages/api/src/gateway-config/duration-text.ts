import * as z from "zod";

// From text, because a character beyond ASCII in a regular expression makes a program of twice the memory.
const FORM = new RegExp(String.raw`^([0-9]+(\.[0-9]+)?(ns|us|${"\u00b5"}s|ms|s|m|h))+$`);

/** A Go duration as the configuration spells it: unsigned numbers with units, such as `30s` or `1m30s`. */
export const DurationText = z.string().regex(FORM, {
  error: 'must be a duration: numbers with units, such as "30s", "1m0s", "1.5h" or "250ms"',
});
export type DurationText = z.infer<typeof DurationText>;
