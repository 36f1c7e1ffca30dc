import * as fc from "fast-check";
import { Command } from "ioredis";
import { expect, test } from "vitest";
import { asciiTextOf } from "./ascii-text.ts";

const texts = fc.array(
  fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 100 }),
    fc.string({ unit: "binary", maxLength: 8 }),
  ),
);

test("a command of ASCII alone is written as the library writes it, any other is left to it", () => {
  fc.assert(
    fc.property(texts, (args) => {
      const isAscii = args.every((arg) => /^[\0-\x7f]*$/.test(arg));
      const written = new Command("EVALSHA", args).toWritable({});
      expect(asciiTextOf("EVALSHA", args)).toBe(isAscii ? written : undefined);
    }),
    { numRuns: 500 },
  );
});
