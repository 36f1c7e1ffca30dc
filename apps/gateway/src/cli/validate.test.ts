import { expect, test } from "vitest";
import type { ServeCommand } from "./command.ts";
import { configOf } from "./config-of.ts";
import { parseCommand } from "./parse-command.ts";
import { usage } from "./usage.ts";
import { type Report, validateReport } from "./validate.ts";
import { versionLine } from "./version.ts";

const VALID = `name: demo
incomingAuth: { type: anonymous }
outgoingAuth: { source: inline }
aggregation: { conflictResolution: prefix, conflictResolutionConfig: { prefixFormat: "{workload}_" } }
backends: [{ name: a, transport: stdio, command: a }]
`;

function worldOf(files: Readonly<Record<string, string>>) {
  return {
    env: {},
    readFile: async (path: string) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error("no"), { code: "ENOENT" });
      return text;
    },
  };
}

function validated(text: string, colour = false): Promise<Report> {
  return validateReport(
    { kind: "validate", file: "gateway.yaml" },
    { ...worldOf({ "gateway.yaml": text }), colour },
  );
}

function serveOf(...argv: string[]): ServeCommand {
  const parsed = parseCommand(["serve", ...argv]);
  if (!parsed.ok || parsed.command.kind !== "serve") throw new Error(JSON.stringify(parsed));
  return parsed.command;
}

test("a valid file is called valid", async () => {
  expect(await validated(VALID)).toEqual({ out: "gateway.yaml is valid\n", err: "", exitCode: 0 });
});

test("a file with mistakes is told line by line, with what to do", async () => {
  const report = await validated(VALID.replace("prefix,", "prefx,").concat("backnds: []\n"));
  expect(report.exitCode).toBe(1);
  expect(report.out).toBe("");
  expect(report.err)
    .toBe(`gateway.yaml:4:36: error: aggregation.conflictResolution must be one of prefix, priority, manual
    4 | aggregation: { conflictResolution: prefx, conflictResolutionConfig: { prefixFormat: "{workload}…
                                           ^
    hint: did you mean "prefix"?
gateway.yaml:6:1: error: backnds is not a known key
    6 | backnds: []
        ^
    hint: did you mean "backends"?
gateway.yaml is not valid: 2 problems
`);
});

test("warnings are told, and the file is valid nevertheless", async () => {
  const report = await validated(VALID.replace("[{ name: a", "[{ name: a b"));
  expect(report).toMatchObject({ out: "gateway.yaml is valid\n", exitCode: 0 });
  expect(report.err).toMatch(
    /^gateway\.yaml:5:20: warning: backends\[0\]\.name has characters other/,
  );
});

test("colours are used only when asked for", async () => {
  expect((await validated("a: 1", true)).err).toContain("\u001B[");
  expect((await validated("a: 1")).err).not.toContain("\u001B[");
});

test("a file that cannot be read is told by its name", async () => {
  const report = await validateReport(
    { kind: "validate", file: "none.yaml" },
    { ...worldOf({}), colour: false },
  );
  expect(report.err).toBe(
    "error: none.yaml cannot be read: there is no such file\nnone.yaml is not valid: 1 problem\n",
  );
});

test("flags win over the file", async () => {
  const outcome = await configOf(
    serveOf("-c", "a.yaml", "--session-ttl", "5m", "--debug"),
    worldOf({ "a.yaml": VALID }),
  );
  expect(outcome).toMatchObject({
    ok: true,
    file: { name: "a.yaml" },
    config: { operational: { logLevel: "debug", sessions: { idleTimeout: "5m" } } },
  });
});

test("a gateway can be had from flags and from the file of an IDE", async () => {
  const ide = '{"mcpServers": {"a": {"command": "b"}}}';
  const config = { backends: [{ name: "a", transport: "stdio", command: "b" }] };
  expect(await configOf(serveOf("--backend", "a=b"), worldOf({}))).toMatchObject({
    ok: true,
    config,
  });
  expect(await configOf(serveOf("--import", "i"), worldOf({ i: ide }))).toMatchObject({
    ok: true,
    config,
  });
});

test("the usage names every command and every flag that serve takes", () => {
  for (const word of [
    "serve",
    "validate",
    "version",
    "-c, --config FILE",
    "--backend",
    "--import",
    "--session-ttl",
  ]) {
    expect(usage()).toContain(word);
  }
  expect(usage("validate")).not.toContain("--backend");
  expect(usage("serve")).toContain("--log-format FORMAT");
});

test("the version is one line", () => {
  expect(versionLine("1.2.3", "24.0.0")).toBe("headgate 1.2.3 (node 24.0.0)\n");
});
