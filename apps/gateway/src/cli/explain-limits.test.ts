import { expect, test } from "vitest";
import { explainLimitsReport } from "./explain-limits.ts";
import { parseCommand } from "./parse-command.ts";

const FILE = `name: demo
incomingAuth: { type: local }
outgoingAuth: { source: inline }
aggregation:
  conflictResolution: prefix
  conflictResolutionConfig: { prefixFormat: "{workload}_" }
backends:
  - { name: search, transport: stdio, command: a }
  - { name: docs, transport: stdio, command: b }
sessionStorage: { provider: redis, address: "redis:6379" }
rateLimiting:
  shared: { maxTokens: 600, refillPeriod: 1m }
  perUser: { maxTokens: 60, refillPeriod: 1m }
  tools:
    - name: search_query
      shared: { maxTokens: 10, refillPeriod: 30s }
      perUser: { maxTokens: 3, refillPeriod: 720h }
  rules:
    - name: dear
      match: { names: ["*_query"] }
      bucket: { maxTokens: 60, refillPeriod: 1m }
      cost: 5
      onStoreFailure: closed
    - name: docs-audit
      match: { backends: [docs] }
      per: [user]
      bucket: { maxTokens: 100, refillPeriod: 1h }
      mode: Audit
      onStoreFailure: open
    - name: lists
      match: { operations: [tools/list, prompts/list] }
      bucket: { maxTokens: 1000, refillPeriod: 1s }
`;

async function explained(line: string, file = FILE) {
  const parsed = parseCommand(["limits", "explain", "--config", "a.yaml", ...line.split(" ")]);
  if (!parsed.ok || parsed.command.kind !== "explain-limits") throw new Error(line);
  return explainLimitsReport(parsed.command, {
    env: {},
    readFile: async () => file,
    colour: false,
  });
}

test("the limits of a call are told in their order, with rates in words and what happens without the store", async () => {
  const { out, err, exitCode } = await explained("--tool search_query --user alice");
  expect([err, exitCode]).toEqual(["", 0]);
  expect(out).toBe(`tools/call of search_query, called by alice

  1. shared: 600 calls at once, then 10 every second
     in one bucket for all callers
     while Redis cannot be asked: each gateway process enforces the whole limit by itself
  2. tool: 10 calls at once, then one every 3 seconds
     in one bucket for all callers
     while Redis cannot be asked: each gateway process enforces the whole limit by itself
  3. perUser: 60 calls at once, then one every second
     in a bucket of alice's own
     while Redis cannot be asked: each gateway process enforces the whole limit by itself
  4. perUserTool: 3 calls at once, then one every 10 days
     in a bucket of alice's own
     while Redis cannot be asked: each gateway process enforces the whole limit by itself
  5. dear: 12 calls at once, then one every 5 seconds
     in one bucket for all callers
     each takes 5 of 60 tokens
     while Redis cannot be asked: is refused with 503

Depending on the backend that answers (--backend), also:
   - docs-audit: 100 calls at once, then one every 36 seconds
     only of docs
     in a bucket of alice's own
     while Redis cannot be asked: passes
     audited: refuses nothing, and reports what it would have

It passes when all of them have room, and then takes from each; otherwise it takes from none.
A refusal is a result with isError for tools/call, a JSON-RPC error 429 for other methods.
`);
});

test("a list has limits of its own", async () => {
  const { out } = await explained("--method tools/list");
  expect(out).toBe(`tools/list

  1. lists: 1000 requests at once, then 1000 every second
     in one bucket for all callers
     while Redis cannot be asked: each gateway process enforces the whole limit by itself

It passes when all of them have room, and then takes from each; otherwise it takes from none.
A refusal is a result with isError for tools/call, a JSON-RPC error 429 for other methods.
`);
});

test("the backend decides, once it is known", async () => {
  const { out } = await explained("--tool docs_read --backend docs");
  expect(out).toContain("  3. docs-audit:");
  expect(out).not.toContain("Depending");
  expect((await explained("--tool docs_read --backend search")).out).not.toContain("docs-audit");
});

test("what no limit is over is told in a line", async () => {
  const { out } = await explained("--method prompts/get --name greet");
  expect(out).toBe("prompts/get of greet\n\nNo limit is over this request.\n");
});

test("in one process there is no store to be lost", async () => {
  const file = FILE.replace(/^sessionStorage.*$/m, "");
  expect((await explained("--tool docs_read", file)).out).not.toContain("Redis");
});

test("a file that is not valid is told like everywhere", async () => {
  const { err, exitCode } = await explained("--tool a", FILE.replace("name: demo", "nam: demo"));
  expect(exitCode).toBe(1);
  expect(err).toContain("a.yaml is not valid");
  expect(err).toContain("nam");
});

test.each([
  ["limits", "explain is missing"],
  ["limits show --config a --tool t", "show is not expected here"],
  ["limits explain --tool t", "--config is missing"],
  ["limits explain --config a", "--tool is missing"],
  ["limits explain --config a --method prompts/get", "--name is missing"],
  ["limits explain --config a --method prompts/got --name x", "--method must be a method"],
  ["limits explain --config a --method tools/list --name x", "--name does not go with tools/list"],
  [
    "limits explain --config a --method prompts/get --tool x",
    "--tool does not go with prompts/get",
  ],
  ["limits explain --config a --tool x --name x", "--name is the same as --tool"],
])("%s: %s", (line, problem) => {
  const parsed = parseCommand(line.split(" "));
  const problems = parsed.ok ? [] : parsed.problems;
  expect(problems.map(({ path, message }) => `${path} ${message}`).join("\n")).toContain(problem);
});
