import { expect, test } from "vitest";
import { GatewayError } from "../rpc/errors.ts";
import { createLog, silentLog, type LogOptions } from "./log.ts";

const CANARY = "canary-7f3a9b1c";

function recording(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const log = createLog({ level: "debug", format: "json", destination, ...options });
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

test("a record has a level by name, an ISO time, its fields and its message, and nothing else", () => {
  const { log, last } = recording();
  log.info({ backend: "files" }, "backend joined");
  expect(last()).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    backend: "files",
    msg: "backend joined",
  });
});

test("records below the level are not written", () => {
  const { log, lines } = recording({ level: "warn" });
  log.info("quiet");
  expect(lines).toEqual([]);
  expect(log.isLevelEnabled("info")).toBe(false);
  expect(silentLog.isLevelEnabled("fatal")).toBe(false);
});

test.each([
  ["authorization header", { headers: { Authorization: `Bearer ${CANARY}` } }],
  ["cookie", { req: { cookie: CANARY, "set-cookie": [CANARY] } }],
  ["session id header", { headers: { "mcp-session-id": CANARY } }],
  ["session id field", { sessionId: CANARY }],
  ["keys around token", { a: { accessToken: CANARY, token_hint: { value: CANARY } } }],
  ["keys around secret", { clientSecretValue: CANARY }],
  ["keys around password", { REDIS_PASSWORD: CANARY }],
  ["inside lists", { backends: [{ apiKey: CANARY }] }],
  ["inside maps", { headers: new Map([["x-secret", CANARY]]) }],
  ["address with credentials", { url: `https://user:${CANARY}@host/path` }],
  ["address with a query", { url: `https://host/?access_token=${CANARY}&page=2` }],
  ["URL object", { url: new URL(`https://u:${CANARY}@host/p?x=${CANARY}`) }],
  ["error message", { err: new Error(`refused Bearer ${CANARY}`) }],
])("%s is not shown", (_, fields) => {
  const { log, lines } = recording();
  log.warn(fields, "event");
  log.child(fields).warn("event of a child");
  expect(lines).toHaveLength(2);
  expect(lines.join("")).not.toContain(CANARY);
});

test("given secret values are not shown wherever they stand, escaped or not", () => {
  const quoted = 'pa"ss\nword-1';
  const { log, lines } = recording({ secrets: [CANARY, quoted, "ab"] });
  log.info({ stderr: `key is ${CANARY}, or ${quoted}` }, `cab ${CANARY}`);
  expect(lines[0]).not.toContain(CANARY);
  expect(lines[0]).not.toContain("ss\\nword-1");
  expect(lines[0]).toContain('"msg":"cab [hidden]"');
});

test("numbers stay under keys that only sound like a credential", () => {
  const { log, last } = recording();
  log.info({ limit: { maxTokens: 20, usesToken: true } }, "limit");
  expect(last()["limit"]).toEqual({ maxTokens: 20, usesToken: true });
});

test("an error shows its message, its code and the chain of its causes", () => {
  const { log, last } = recording();
  const socket = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const failed = new GatewayError("backend-unavailable", "files does not answer", {
    cause: new TypeError("fetch failed", { cause: socket }),
  });
  log.error({ err: failed }, "call failed");
  expect(last()["err"]).toEqual({
    type: "GatewayError",
    message: "files does not answer",
    code: "backend-unavailable",
    cause: {
      type: "TypeError",
      message: "fetch failed",
      stack: expect.stringContaining("log.test.ts"),
      cause: { type: "Error", message: "connect ECONNREFUSED", code: "ECONNREFUSED" },
    },
  });
});

test("circular, deep and odd fields are written without failing", () => {
  const { log, last } = recording();
  const loop: Record<string, unknown> = { n: 10n, nothing: null };
  loop["self"] = loop;
  const chained = new Error("first");
  chained.cause = chained;
  log.info({ loop, err: chained, thrown: undefined }, "odd");
  expect(last()).toMatchObject({ loop: { n: "10", nothing: null }, msg: "odd" });
});

test("the pretty form is one line for people with the same redaction", () => {
  const { log, lines } = recording({ format: "pretty", secrets: [CANARY] });
  log.warn({ backend: "files", token: "t", note: CANARY }, "backend left");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: backend left .*"backend":"files"/);
  expect(lines[0]).not.toContain(CANARY);
  expect(lines[0]!.trimEnd()).not.toContain("\n");
});
