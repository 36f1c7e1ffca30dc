import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

const DOCS = join(import.meta.dirname, "../../../docs");
const PAGES = ["conditions.md", "guides/operations.md"];
const text = PAGES.map((page) => readFileSync(join(DOCS, page), "utf8")).join("\n");

interface Judged {
  readonly status?: { readonly conditions?: readonly Found[] } | undefined;
}
interface Found {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

/** Every condition in the files that say what judgements come to. */
const conditions = ["golden", "judgements"].flatMap((folder) => {
  const at = join(import.meta.dirname, folder);
  const files = readdirSync(at, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".out.yaml"))
    .flatMap((file) => {
      const judged = parse(readFileSync(join(at, file), "utf8")) as Judged;
      return judged.status?.conditions ?? [];
    });
});
const types = [...new Set(conditions.map(({ type }) => type))];
const reasons = [...new Set(conditions.map(({ reason }) => reason))];

/** Whether a page names it as it is, or with the part that is different each time left out. */
function isNamed(word: string): boolean {
  const [stem = word] = word.split("-");
  const whole = [word, `${stem}-<name>`, word.replace(/^\w+(?=NotEnforced$)/, "…")];
  return whole.some((form) => text.includes(`\`${form}\``));
}

test("there are conditions of every kind to look at", () => {
  expect(types.length).toBeGreaterThan(20);
  expect(reasons.length).toBeGreaterThan(30);
});

test.each(types)("the condition %s is told of", (type) => {
  expect(isNamed(type)).toBe(true);
});

test.each(reasons)("the reason %s is told of", (reason) => {
  expect(isNamed(reason)).toBe(true);
});
