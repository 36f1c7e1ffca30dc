import * as fc from "fast-check";
import { expect, test } from "vitest";
import { importIde } from "./import-ide.ts";
import { loadConfig, type LoadResult } from "./load.ts";
import { quickConfig } from "./quick.ts";

/** More cases for a long run. */
const CASES = Number(process.env["HEADGATE_FUZZ_CASES"] ?? 2_000);
const TEST_TIMEOUT_MS = 60_000 + CASES * 20;
/** A case that takes longer hangs, as far as a person who starts a gateway can tell. */
const MAX_CASE_MS = 5_000;

const CANARY = "canary-5b1f0c";
const ENV = { TOKEN: CANARY, LINES: `${CANARY}\n${CANARY}`, PORT: "1" };

const FILE = `name: demo
groupRef: team
incomingAuth: { type: anonymous }
outgoingAuth:
  source: inline
  default: { type: unauthenticated }
  backends:
    web:
      type: header_injection
      headerInjection: { headerName: Authorization, headerValueEnv: TOKEN }
aggregation:
  conflictResolution: priority
  conflictResolutionConfig: &order
    prefixFormat: "{workload}_"
    priorityOrder: [files, web]
  tools:
    - workload: files
      filter: ["read", 'write']
      overrides: { a: { name: b, annotations: { readOnlyHint: true } } }
backends:
  - name: files
    transport: stdio
    command: npx
    args: [-y, "\${TOKEN}", 8080]
    env: { KEY: "\${TOKEN}", PORT: 1 }
  - name: web
    transport: streamable-http
    url: https://a.example/mcp?key=\${TOKEN}
    headers: { X-Key: "\${TOKEN}" }
rateLimiting:
  shared: { maxTokens: 5, refillPeriod: { duration: 1m0s } }
  tools:
    - { name: b, shared: { maxTokens: 1, refillPeriod: 1s } }
operational:
  timeouts: { default: 5s, perWorkload: { files: 2m } }
passthroughHeaders: [x-tenant]
telemetry: { enablePrometheusMetricsPath: true }
`;

const IDE = `{
  // servers
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "\${TOKEN}"], "env": { "KEY": "\${env:TOKEN}" } },
    "web": { "type": "http", "url": "https://a.example/mcp", "headers": { "X-Key": "\${TOKEN}" } }
  }
}`;

const FRAGMENTS = [
  ..."[ ] { } : , - ? | > & * ! % @ ` ' \" # ~ \n \t".split(" "),
  " ",
  "${TOKEN}",
  "${LINES}",
  "${MISSING}",
  "${",
  "$${",
  "null",
  "true",
  "0",
  "-1",
  "1e999",
  ".nan",
  "<<: *order",
  "*order",
  "&order",
  "!!binary",
  "---\n",
  "__proto__",
  "constructor",
  "toString",
  "audit",
  "optimizer: {}",
  "perUser",
  "10000h",
  "\u0000",
  "\ud800",
  "\u2028",
];

type Mutation = readonly [kind: number, where: number, fragment: string];

const mutation: fc.Arbitrary<Mutation> = fc.tuple(
  fc.nat(4),
  fc.nat(),
  fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ maxLength: 8 })),
);

/** The text with one word or mark deleted, doubled, replaced, moved or put before another. */
function mutated(text: string, [kind, where, fragment]: Mutation): string {
  const tokens = text.match(/\w+|\s+|[^\w\s]/g) ?? [];
  const at = tokens.length === 0 ? 0 : where % tokens.length;
  const token = tokens[at] ?? "";
  const other = (where * 7) % (tokens.length + 1);
  if (kind === 0) tokens.splice(at, 1);
  else if (kind === 1) tokens.splice(at, 0, token);
  else if (kind === 2) tokens.splice(at, 1, fragment);
  else if (kind === 3) tokens.splice(other, 0, ...tokens.splice(at, 1));
  else tokens.splice(at, 0, fragment);
  return tokens.join("");
}

// A third of the cases are valid or one mutation from it: those get furthest into the loader.
const mutations = fc.oneof(
  fc.array(mutation, { maxLength: 1 }),
  fc.array(mutation, { minLength: 1, maxLength: 4 }),
  fc.array(mutation, { minLength: 4, maxLength: 40 }),
);

/** What is wrong with how a text is dealt with; empty when all is well. */
function faultsOf(text: string, load: () => LoadResult): string[] {
  const start = performance.now();
  const result = load();
  const told = result.ok ? result.warnings : result.problems;
  const lines = text.split("\n").length;
  const misplaced = told.filter(
    ({ line = 1, column = 1 }) => line < 1 || line > lines || column < 1,
  );
  return [
    performance.now() - start > MAX_CASE_MS ? "takes too long" : "",
    !result.ok && told.length === 0 ? "fails without a reason" : "",
    JSON.stringify(told).includes(CANARY) ? "tells a secret" : "",
    told.some(({ message }) => message === "") ? "has an empty message" : "",
    misplaced.length > 0 ? `has a place outside the text: ${JSON.stringify(misplaced)}` : "",
  ].filter((fault) => fault !== "");
}

test("the file that is mutated is valid to begin with", () => {
  expect(loadConfig({ text: FILE, env: ENV })).toMatchObject({ ok: true });
  expect(importIde({ text: IDE, env: ENV })).toMatchObject({ ok: true });
});

test(
  "whatever a configuration file says, loading it gives a configuration or problems, and tells no secret",
  () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const text = changes.reduce(mutated, FILE);
        expect(faultsOf(text, () => loadConfig({ text, env: ENV }))).toEqual([]);
      }),
      { numRuns: CASES },
    );
  },
  TEST_TIMEOUT_MS,
);

test(
  "whatever a file of an IDE says, importing it gives a configuration or problems, and tells no secret",
  () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const text = changes.reduce(mutated, IDE);
        expect(faultsOf(text, () => importIde({ text, env: ENV }))).toEqual([]);
      }),
      { numRuns: Math.ceil(CASES / 2) },
    );
  },
  TEST_TIMEOUT_MS,
);

test("any text at all can be loaded and imported", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      expect(faultsOf(text, () => loadConfig({ text, env: ENV }))).toEqual([]);
      expect(faultsOf(text, () => importIde({ text, env: ENV }))).toEqual([]);
    }),
    { numRuns: Math.ceil(CASES / 4) },
  );
});

test("any value can stand where a configuration has another", () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const key = fc.constantFrom(
    "name",
    "backends",
    "aggregation",
    "outgoingAuth",
    "operational",
    "x",
  );
  fc.assert(
    fc.property(fc.dictionary(key, value), (config) => {
      const text = JSON.stringify(config);
      expect(faultsOf(text, () => loadConfig({ text, env: ENV }))).toEqual([]);
    }),
    { numRuns: Math.ceil(CASES / 4) },
  );
});

test("whatever the flags for backends say, they give a configuration or problems, and tell no secret", () => {
  const text = fc.oneof(
    fc.constantFrom("a=http://a/${TOKEN}", "b=npx '${LINES}'", "a:K=${TOKEN}"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(text), fc.array(text), (backends, headers) => {
      expect(faultsOf("", () => quickConfig({ backends, headers }, ENV))).toEqual([]);
    }),
    { numRuns: Math.ceil(CASES / 4) },
  );
});
