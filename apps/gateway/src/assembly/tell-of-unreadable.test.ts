import { expect, test } from "vitest";
import { tellOfUnreadable } from "./tell-of-unreadable.ts";

test("the first session of each reason is told of, with what to do", () => {
  const lines: string[] = [];
  const tell = tellOfUnreadable({
    warn: (_: unknown, text?: string) => void lines.push(text ?? ""),
  });
  for (const reason of ["unknown-key", "unknown-key", "no-key", "unknown-key"] as const)
    tell(reason);
  expect(lines).toEqual([
    expect.stringContaining("Give all processes the same HEADGATE_SESSION_KEY"),
    expect.stringContaining("this process has no HEADGATE_SESSION_KEY"),
  ]);
});
