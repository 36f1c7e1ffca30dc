import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ANONYMOUS } from "../identity/caller.ts";
import { readRecord, writeRecord, type SessionRecord } from "./record.ts";

const backendSession = fc.record({
  id: fc.option(fc.string(), { nil: undefined }),
  protocolVersion: fc.constantFrom("2025-03-26", "2025-06-18", "2025-11-25"),
  logging: fc.boolean(),
});

const record: fc.Arbitrary<SessionRecord> = fc.record({
  protocolVersion: fc.constantFrom("2025-06-18", "2025-11-25"),
  caller: fc.constantFrom(ANONYMOUS, { kind: "user" as const, userKey: "k".repeat(22) }),
  capabilities: fc.json({ maxDepth: 2 }),
  clientInfo: fc.json({ maxDepth: 2 }),
  logLevel: fc.option(fc.constantFrom("debug", "error"), { nil: undefined }),
  subscriptions: fc
    .array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 })
    .map((list) => new Map(list)),
  backends: fc
    .array(fc.tuple(fc.string(), backendSession), { maxLength: 3 })
    .map((list) => new Map(list)),
  bound: fc
    .array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 })
    .map((list) => new Map(list)),
  own: fc.array(fc.tuple(fc.string(), fc.nat()), { maxLength: 3 }).map((list) => new Map(list)),
});

test("what is written of a session is read again, to the last character", () => {
  fc.assert(
    fc.property(record, (one) => {
      expect(readRecord(writeRecord(one))).toEqual(one);
    }),
  );
});

test("a session with ten backends takes less than 2 KB", () => {
  const backends = Array.from({ length: 10 }, (_, index) => [
    `backend-with-a-name-${index}`,
    { id: crypto.randomUUID(), protocolVersion: "2025-11-25", logging: true },
  ]) as [string, { id: string; protocolVersion: string; logging: boolean }][];
  const text = writeRecord({
    protocolVersion: "2025-11-25",
    caller: { kind: "user", userKey: "k".repeat(22) },
    capabilities: '{"roots":{"listChanged":true},"sampling":{},"elicitation":{"form":{},"url":{}}}',
    clientInfo: '{"name":"some-client","title":"Some Client","version":"1.2.3"}',
    logLevel: "warning",
    subscriptions: new Map([["file:///some/where/notes.md", "backend-with-a-name-3"]]),
    backends: new Map(backends),
    bound: new Map([["a-child-process", "0123456789abcdef"]]),
    own: new Map([["backend-with-a-name-4", 12]]),
  });
  expect(Buffer.byteLength(text)).toBeLessThan(2_048);
});

test.each(["", "null", "{}", '{"p":1}', '{"p":"2025-11-25","k":"root","c":"{}","i":"{}"}', "[]"])(
  "text that is no record is read as none: %s",
  (text) => {
    expect(readRecord(text)).toBeUndefined();
  },
);
