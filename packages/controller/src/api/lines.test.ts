import * as fc from "fast-check";
import { expect, test } from "vitest";
import { linesOf } from "./lines.ts";

async function* arriving(...pieces: string[]) {
  yield* pieces;
}

test("lines are the same however the text was cut into pieces", async () => {
  const line = fc.stringMatching(/^[a-z{}é]{1,12}$/);
  const cuts = fc.array(fc.nat(200), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), cuts, async (lines, at) => {
      const text = lines.map((one) => `${one}\n`).join("");
      const edges = [0, ...at.map((cut) => cut % (text.length + 1)), text.length];
      const sorted = edges.toSorted((a, b) => a - b);
      const pieces = sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
      const read: string[] = [];
      for await (const one of linesOf(arriving(...pieces), 1000)) read.push(one);
      expect(read).toEqual(lines);
    }),
  );
});

test("a line without an end is refused once it is longer than the limit", async () => {
  const endless = linesOf(arriving("a\n", "b".repeat(6), "c".repeat(6)), 10);
  expect((await endless.next()).value).toBe("a");
  await expect(endless.next()).rejects.toMatchObject({ code: "bad-answer" });
});
