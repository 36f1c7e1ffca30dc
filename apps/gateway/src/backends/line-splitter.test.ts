import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineSplitter } from "./line-splitter.ts";

interface Taken {
  readonly lines: string[];
  readonly tooLong: { head: string; tail: string }[];
}

function split(chunks: readonly Buffer[], maxBytes = 1000): Taken {
  const taken: Taken = { lines: [], tooLong: [] };
  const splitter = new LineSplitter({
    maxBytes,
    line: (text) => taken.lines.push(text),
    tooLong: (head, tail) => taken.tooLong.push({ head, tail }),
  });
  for (const chunk of chunks) splitter.push(chunk);
  return taken;
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ordered = [
    0,
    ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b),
    bytes.length,
  ];
  return ordered.slice(1).map((end, at) => bytes.subarray(ordered[at], end));
}

describe("a line splitter", () => {
  test("finds the same lines wherever the chunks break, inside characters too", () => {
    const line = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(fc.nat()),
        fc.constantFrom("\n", "\r\n"),
        (lines, places, end) => {
          const bytes = Buffer.from(lines.map((text) => text + end).join(""));
          const texts = lines.map((text) => Buffer.from(text).toString());
          expect(split(cutAt(bytes, places))).toEqual({ lines: texts, tooLong: [] });
        },
      ),
    );
  });

  test("a line that is too long is cut to its ends, and the next one is whole", () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (places) => {
        const long = `head${"x".repeat(5000)}tail`;
        const { lines, tooLong } = split(cutAt(Buffer.from(`a\n${long}\nb\n`), places));
        expect(lines).toEqual(["a", "b"]);
        expect(tooLong).toHaveLength(1);
        expect(tooLong[0]?.head).toMatch(/^headx{508}$/);
        expect(tooLong[0]?.tail).toMatch(/^x{508}tail$/);
      }),
    );
  });

  test("a line of exactly the limit is whole, and empty lines are left out", () => {
    const text = "é".repeat(500);
    expect(split([Buffer.from(`\n${text}\n\r\n`)])).toEqual({ lines: [text], tooLong: [] });
  });
});
