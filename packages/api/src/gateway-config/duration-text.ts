import * as z from "zod";

/** A Go duration as the configuration spells it: unsigned numbers with units, such as `30s` or `1m30s`. */
export const DurationText = z.string().regex(/^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/, {
  error: 'must be a duration: numbers with units, such as "30s", "1m0s", "1.5h" or "250ms"',
});
export type DurationText = z.infer<typeof DurationText>;
