import { expect, test } from "vitest";
import { admissionViolations } from "./admission.ts";
import { structuralSchema } from "./structural.ts";
import { formattedText, type TextFormat } from "./text-format.ts";

test.each<[TextFormat, string, boolean]>([
  ["date-time", "2026-02-28T23:59:59Z", true],
  ["date-time", "2026-02-28t00:00:00.5+01:00", true],
  ["date-time", "2026-02-30T00:00:00Z", false],
  ["date-time", "2026-02-28T24:00:00Z", false],
  ["date-time", "2026-02-28", false],
  ["duration", "1m30s", true],
  ["duration", "-1.5h", true],
  ["duration", "2 days", true],
  ["duration", "30", false],
  ["duration", "", false],
  ["uri", "https://example.com:8443/a?b=%", true],
  ["uri", "mailto:a@example.com", true],
  ["uri", "/path", true],
  ["uri", "example.com/path", false],
  ["uri", "https://exa mple.com", false],
  ["uri", "https://example.com/%zz", false],
  ["uri", "", false],
])("as %s, %j is acceptable: %s", (format, text, isAcceptable) => {
  const schema = formattedText(format);
  expect(schema.safeParse(text).success).toBe(isAcceptable);
  expect(admissionViolations(structuralSchema(schema), text, () => true)).toHaveLength(
    isAcceptable ? 0 : 1,
  );
});
