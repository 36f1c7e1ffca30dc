import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseCommand } from "./parse-command.ts";

function commandOf(line: string) {
  const parsed = parseCommand(line.split(" ").filter((word) => word !== ""));
  return parsed.ok ? parsed.command : parsed.problems;
}

function problemsOf(argv: string[]) {
  const parsed = parseCommand(argv);
  return parsed.ok
    ? []
    : parsed.problems.map(({ path, message, hint }) => `${path} ${message} (${hint})`);
}

test("serve listens on loopback and port 4483 unless told otherwise", () => {
  expect(commandOf("serve --config a.yaml")).toEqual({
    kind: "serve",
    source: { kind: "file", file: "a.yaml" },
    host: "127.0.0.1",
    port: 4483,
    debug: false,
  });
});

test("every flag of serve is heard", () => {
  expect(
    commandOf("serve -c a.yaml --host 0.0.0.0 --port=0 --session-ttl 5m --debug --log-format json"),
  ).toEqual({
    kind: "serve",
    source: { kind: "file", file: "a.yaml" },
    host: "0.0.0.0",
    port: 0,
    sessionTtl: "5m",
    debug: true,
    logFormat: "json",
  });
});

test("backends and headers may be given many times, and hold anything", () => {
  expect(
    parseCommand([
      "serve",
      "--backend",
      "a=npx -y x",
      "--backend=b=http://b",
      "--header",
      "b:K=V=W",
    ]),
  ).toMatchObject({
    command: {
      source: { kind: "quick", backends: ["a=npx -y x", "b=http://b"], headers: ["b:K=V=W"] },
    },
  });
});

test.each([
  ["serve --import ide.json", { kind: "serve", source: { kind: "import", file: "ide.json" } }],
  ["validate -c a.yaml", { kind: "validate", file: "a.yaml" }],
  ["version", { kind: "version" }],
  ["--version", { kind: "version" }],
  ["", { kind: "help" }],
  ["--help", { kind: "help" }],
  ["help serve", { kind: "help", topic: "serve" }],
  ["serve --port x --help", { kind: "help", topic: "serve" }],
  ["serve -c a --session-ttl 0", { kind: "serve" }],
  ["serve --backend a=b --host localhost", { host: "localhost" }],
  ["serve --backend a=b --host ::1", { host: "::1" }],
])("%s is understood", (line, command) => {
  expect(commandOf(line)).toMatchObject(command);
});

test.each<[string, string[]]>([
  ["sevre", ["sevre is not a command (did you mean serve?)"]],
  [
    "--config a",
    ["--config must come after a command (commands: serve, validate, limits, version, help)"],
  ],
  [
    "serve",
    ["serve needs one of --config FILE, --backend NAME=TARGET and --import FILE (undefined)"],
  ],
  ["serve -c a --backend b=c", ["serve takes one of --config and --backend, not both (undefined)"]],
  [
    "serve -c a --header b:c=d",
    ["--header goes with --backend; a file has its own headers (undefined)"],
  ],
  [
    "serve -c a --prot 1 -x --session-ttl -5s",
    [
      "--prot is not a known flag (did you mean --port?)",
      "-x is not a known flag (see headgate help)",
      "--session-ttl needs a value: --session-ttl DURATION (if -5s is meant, write --session-ttl=-5s)",
      "1 is not expected here (put text with spaces in quotes; see headgate help)",
    ],
  ],
  ["serve -c a -c b", ["--config may be given once only (undefined)"]],
  [
    "serve -c --debug",
    [
      "--config needs a value: --config FILE (if --debug is meant, write --config=--debug)",
      "serve needs one of --config FILE, --backend NAME=TARGET and --import FILE (undefined)",
    ],
  ],
  ["serve -c a --debug=yes", ["--debug takes no value (undefined)"]],
  ["serve -c a --port 65536", ["--port must be a whole number from 0 to 65535 (undefined)"]],
  ["serve -c a --log-format xml", ["--log-format must be json or pretty (undefined)"]],
  [
    "serve -c a --session-ttl=-5s",
    [
      '--session-ttl must be a duration: numbers with units, such as "30s", "1m0s", "1.5h" or "250ms" (undefined)',
    ],
  ],
  [
    "serve -c a --session-ttl 9999h",
    ["--session-ttl 9999h is too long: the longest time is 596h (24 days) (undefined)"],
  ],
  [
    "serve -c a --enable-audit",
    ["--enable-audit is not available yet: no events would be recorded (undefined)"],
  ],
  [
    "serve --backend a=b --host 0.0.0.0",
    [
      "--host must be a loopback address without a configuration file, as everybody may call (use 127.0.0.1, or write a file and serve it with --config)",
    ],
  ],
  ["validate", ["--config is missing: headgate validate --config FILE (undefined)"]],
  ["help me", ["me is not a command (commands: serve, validate, limits, version, help)"]],
])("%s is refused, with every mistake at once", (line, problems) => {
  expect(problemsOf(line.split(" "))).toEqual(problems);
});

test("whatever stands on the command line, it is a command or problems", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "serve",
      "validate",
      "--config",
      "-c",
      "--backend",
      "--",
      "-",
      "--no-debug",
      "--port=",
      "--__proto__",
      "-cx",
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word), (argv) => {
      const parsed = parseCommand(argv);
      expect(parsed.ok || parsed.problems.length > 0).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
