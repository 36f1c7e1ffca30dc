import { expect, test } from "vitest";
import { CLIENT_VERSIONS, negotiate } from "./versions.ts";

test.each(CLIENT_VERSIONS)("%s is spoken", (version) => {
  expect(negotiate(version)).toBe(version);
});

test.each(["2026-07-28", "2024-11-05", "1.0.0", "", "2025-11-25 ", "__proto__"])(
  "a client that asks for %j is offered the newest",
  (version) => {
    expect(negotiate(version)).toBe("2025-11-25");
  },
);
