import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { loadConfig } from "./load.ts";

const MINIMAL = `name: demo
incomingAuth: { type: anonymous }
outgoingAuth: { source: inline }
aggregation:
  conflictResolution: prefix
  conflictResolutionConfig: { prefixFormat: "{workload}_" }
backends:
  - name: files
    transport: stdio
    command: npx
`;

function problemsOf(text: string, env: Record<string, string> = {}) {
  const result = loadConfig({ text, env });
  return result.ok
    ? []
    : result.problems.map(
        ({ line, column, path, message }) => `${line}:${column} ${path} ${message}`,
      );
}

function configOf(text: string, env: Record<string, string> = {}) {
  const result = loadConfig({ text, env });
  if (!result.ok) throw new Error(JSON.stringify(result.problems, undefined, 2));
  return result;
}

/** The minimal file with more lines at its end, which start at line 11. */
const withLines = (lines: string): string => `${MINIMAL}${lines}`;

test("a minimal file is a whole configuration, defaults filled in", () => {
  const { config, warnings } = configOf(MINIMAL);
  expect(warnings).toEqual([]);
  expect(config).toMatchObject({
    name: "demo",
    backends: [{ name: "files", transport: "stdio", command: "npx", scope: "session" }],
    operational: { startupWait: "2s", drain: { delay: "0s" }, sessions: { idleTimeout: "30m" } },
  });
});

test("the same configuration as JSON gives the same result", () => {
  const { config } = configOf(MINIMAL);
  const json = JSON.stringify({
    name: "demo",
    incomingAuth: { type: "anonymous" },
    outgoingAuth: { source: "inline" },
    aggregation: {
      conflictResolution: "prefix",
      conflictResolutionConfig: { prefixFormat: "{workload}_" },
    },
    backends: [{ name: "files", transport: "stdio", command: "npx" }],
  });
  expect(configOf(json).config).toEqual(config);
});

test.each([
  ["1m0s", "refillPeriod: 1m0s"],
  ["{ duration: 1m0s }", "refillPeriod: { duration: 1m0s }"],
])("refillPeriod may be written as %s", (_, line) => {
  const limits = `rateLimiting:\n  shared:\n    maxTokens: 5\n    ${line}\n  tools:\n    - name: t\n      shared: { maxTokens: 1, ${line} }\n`;
  expect(configOf(withLines(limits)).config.rateLimiting).toEqual({
    shared: { maxTokens: 5, refillPeriod: "1m0s" },
    tools: [{ name: "t", shared: { maxTokens: 1, refillPeriod: "1m0s" } }],
  });
});

/** As ToolHive's operator writes it for a server with limits, with everything that it fills in. */
const OF_THE_OTHER_OPERATOR = `aggregation:
    conflictResolution: prefix
    conflictResolutionConfig:
        prefixFormat: '{workload}_'
backends:
    - metadata:
        group: tools
        namespace: shop
        remote_url: https://docs.example.com/mcp
        tool_type: mcp
        workload_status: Ready
        workload_type: server_entry
      name: docs
      transport: streamable-http
      url: https://docs.example.com/mcp
groupRef: tools
incomingAuth:
    type: anonymous
name: gateway
operational:
    failureHandling:
        circuitBreaker:
            enabled: false
            failureThreshold: 5
            timeout: 60s
        healthCheckInterval: 30s
        healthCheckTimeout: 10s
        partialFailureMode: fail
        statusReportingInterval: 30s
        unhealthyThreshold: 3
    timeouts:
        default: 30s
outgoingAuth:
    source: inline
rateLimiting:
    shared:
        maxTokens: 10
        refillPeriod:
            duration: 1m0s
sessionStorage:
    address: redis:6379
    db: 0
    provider: redis
telemetry: null
`;

test("what ToolHive's operator writes is read under it, and what it fills in is not taken for a wish", () => {
  const env = { VMCP_NAME: "gateway", VMCP_NAMESPACE: "shop" };
  const { config } = configOf(OF_THE_OTHER_OPERATOR, env);
  expect(config).toMatchObject({
    name: "gateway",
    backends: [{ name: "docs", url: "https://docs.example.com/mcp" }],
    rateLimiting: { shared: { maxTokens: 10, refillPeriod: "1m0s" } },
    sessionStorage: { provider: "redis", address: "redis:6379" },
  });
  expect(problemsOf(OF_THE_OTHER_OPERATOR)).toEqual([
    expect.stringContaining("operational.failureHandling.partialFailureMode"),
  ]);
});

test("a plain number or boolean is a text where a text belongs, as it was written", () => {
  const { config } = configOf(
    withLines("    args: [-p, 8080, 0x1F, 1.0, true]\n    env: { PORT: 8080, DEBUG: false }\n"),
  );
  expect(config.backends[0]).toMatchObject({
    args: ["-p", "8080", "0x1F", "1.0", "true"],
    env: { PORT: "8080", DEBUG: "false" },
  });
});

test("a key with nothing behind it is a key that is not there", () => {
  const { config } = configOf(withLines("audit:\noptimizer:\nmetadata:\n"));
  expect(config).not.toHaveProperty("audit");
  expect(config).not.toHaveProperty("optimizer");
});

test("streamable is another word for streamable-http", () => {
  const { config } = configOf(
    withLines("  - { name: b, transport: streamable, url: http://127.0.0.1/mcp }\n"),
  );
  expect(config.backends[1]?.transport).toBe("streamable-http");
});

test("what is dead in ToolHive works: time-outs and the level of the log", () => {
  const { config } = configOf(
    withLines(
      "operational:\n  logLevel: debug\n  timeouts: { default: 5s, perWorkload: { files: 2m } }\n  failureHandling: { partialFailureMode: best_effort }\n",
    ),
  );
  expect(config.operational).toMatchObject({
    logLevel: "debug",
    timeouts: { default: "5s", perWorkload: { files: "2m" } },
  });
});

test("a default that nobody wrote is not refused", () => {
  const { config } = configOf(
    withLines("operational:\n  failureHandling: { healthCheckInterval: 20s }\n"),
  );
  expect(config.operational.failureHandling.partialFailureMode).toBe("fail");
});

test("a header's variable that is set and filled is accepted, and its value is not in the configuration", () => {
  const text = MINIMAL.replace(
    "{ source: inline }",
    "{ source: inline, backends: { files: { type: header_injection, headerInjection: { headerName: Authorization, headerValueEnv: TOKEN } } } }",
  );
  const { config } = configOf(text, { TOKEN: "s3cr3t" });
  expect(JSON.stringify(config)).not.toContain("s3cr3t");
});

test.each<[string, string, string[]]>([
  ["an empty file", "", ["1:1  the configuration is empty"]],
  ["a list", "- a", ["1:1  a configuration is a mapping of keys to values"]],
  [
    "a Kubernetes manifest",
    "apiVersion: v1\nkind: VirtualMCPServer\n",
    ["2:1 kind this is a Kubernetes manifest, not a configuration file"],
  ],
  [
    "nothing that is required",
    "groupRef: g\n",
    [
      "1:1 name is missing",
      "1:1 incomingAuth is missing",
      "1:1 outgoingAuth is missing",
      "1:1 aggregation is missing",
    ],
  ],
  [
    "unknown keys on every level",
    withLines("    urll: x\noperational:\n  timeout: { default: 1s }\nbackend: []\n"),
    [
      "11:5 backends[0].urll is not a known key",
      "13:3 operational.timeout is not a known key",
      "14:1 backend is not a known key",
    ],
  ],
  [
    "wrong types",
    withLines("metadata: [a]\npassthroughHeaders: x-a\nsessionStorage: { provider: 3, db: a }\n"),
    [
      "11:11 metadata must be a mapping, but this is a list",
      "12:21 passthroughHeaders must be a list, but this is a text",
      "13:29 sessionStorage.provider must be one of memory, redis",
      "13:36 sessionStorage.db must be a number, but this is a text",
    ],
  ],
  [
    "backends that are named twice or reached by nothing",
    withLines(
      "  - { name: files, transport: stdio }\n  - { name: web, transport: sse }\n  - { name: '', transport: sse, url: 'ftp://a' }\n  - { name: both, transport: stdio, command: a, url: 'http://a' }\n",
    ),
    [
      "11:5 backends[1] command is required when transport is stdio",
      "11:13 backends[1].name is the name of backends[0] as well; names are unique",
      "12:5 backends[2] url is required unless transport is stdio",
      "13:13 backends[3].name must not be empty",
      "13:38 backends[3].url must start with http:// or https://",
      "14:5 backends[4] url must not be set when transport is stdio",
    ],
  ],
  [
    "a rule that an unknown key does not hide",
    withLines("  - { name: web, transport: sse, colour: red }\n"),
    [
      "11:5 backends[1] url is required unless transport is stdio",
      "11:34 backends[1].colour is not a known key",
    ],
  ],
  [
    "addresses that are none, or hold credentials",
    withLines(
      "  - { name: a, transport: sse, url: 'http://' }\n  - { name: b, transport: sse, url: 'http://u:p@h/' }\n  - { name: c, transport: sse, url: 'http://h/#x' }\n",
    ),
    [
      "11:37 backends[1].url is not a valid URL",
      "12:37 backends[2].url must not hold credentials, as addresses are logged",
      "13:37 backends[3].url must not have a fragment (#…)",
    ],
  ],
  [
    "certificates where they do not belong",
    withLines(
      "  - { name: a, transport: sse, url: 'http://a', caBundlePath: /a }\n  - { name: b, transport: sse, url: 'http://a', type: entry, caBundlePath: a }\n  - { name: c, transport: sse, url: 'http://a', type: entry, caBundlePath: /a/../b }\n",
    ),
    [
      "11:49 backends[1].caBundlePath may only be set for `type: entry`",
      "12:76 backends[2].caBundlePath must be an absolute path",
      "13:76 backends[3].caBundlePath must not have .. in it",
    ],
  ],
  [
    "headers of backends that no header may be",
    withLines(
      '  - name: a\n    transport: sse\n    url: http://a\n    headers: { Host: a, "a b": c, X-A: "a\\nb", x-a: b, mcp-session-id: x }\n',
    ),
    [
      "14:16 backends[1].headers.Host belongs to the connection, and is written by the gateway",
      '14:25 backends[1].headers["a b"] is not the name of a header: use letters, digits and -',
      "14:40 backends[1].headers.X-A has a value with a line break or another character no header may have",
      "14:48 backends[1].headers.x-a is here twice, in another case",
      "14:56 backends[1].headers.mcp-session-id belongs to MCP, and is written by the gateway",
    ],
  ],
  [
    "passed headers that would say who the client is",
    withLines("passthroughHeaders: [x-tenant, Cookie, X-Forwarded-For, Upgrade, '']\n"),
    [
      "11:32 passthroughHeaders[1] says who the client is to the gateway, and must not reach backends",
      "11:40 passthroughHeaders[2] says who the client is to the gateway, and must not reach backends",
      "11:57 passthroughHeaders[3] belongs to the connection, and is written by the gateway",
      "11:66 passthroughHeaders[4] is not the name of a header: use letters, digits and -",
    ],
  ],
  [
    "durations of every wrong kind",
    withLines(
      "operational:\n  timeouts: { default: 30, perWorkload: { files: 0s } }\n  failureHandling: { healthCheckInterval: 10s }\n  drain: { delay: 9999h }\n",
    ),
    [
      '12:24 operational.timeouts.default must be a duration: numbers with units, such as "30s", "1m0s", "1.5h" or "250ms"',
      "12:50 operational.timeouts.perWorkload.files 0s is too short: the shortest time is 1ms",
      "13:3 operational.failureHandling.healthCheckTimeout healthCheckTimeout (10s) must be shorter than healthCheckInterval (10s)",
      "14:19 operational.drain.delay 9999h is too long: the longest time is 596h (24 days)",
    ],
  ],
  [
    "limits that are none",
    withLines(
      "rateLimiting:\n  shared: { maxTokens: 0, refillPeriod: 1m }\n  tools:\n    - { name: a, shared: { maxTokens: 1, refillPeriod: 5x } }\n    - { name: b }\n    - { name: b, shared: { maxTokens: 1, refillPeriod: 0s } }\n",
    ),
    [
      "12:24 rateLimiting.shared.maxTokens must be at least 1",
      '14:56 rateLimiting.tools[0].shared.refillPeriod "5x" is not a duration: write it as numbers with units, such as "30s", "1m0s", "1.5h" or "250ms"',
      "15:7 rateLimiting.tools[1] at least one of shared or perUser must be configured",
      '16:7 rateLimiting.tools[2] duplicate entry {"name":"b"}: each name may appear once in this list',
      "16:56 rateLimiting.tools[2].shared.refillPeriod refillPeriod must be longer than 0; write the time in which the bucket fills up, such as 1m0s",
    ],
  ],
  [
    "variables that are missing",
    withLines("    args: ['${A_MISSING}', '${B']\n"),
    [
      "11:12 backends[0].args[0] needs the environment variable A_MISSING, which is not set",
      "11:28 backends[0].args[1] has ${ without a closing }",
    ],
  ],
])("%s: every mistake is told at once, with its place", (_, text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});

const aggregationOf = (aggregation: string): string =>
  MINIMAL.replace(/aggregation:\n.*\n.*\n/, `aggregation: ${aggregation}\n`);

test.each<[string, string, string[]]>([
  ["no strategy", "{}", ["4:1 aggregation.conflictResolution is missing"]],
  [
    "a strategy misspelt",
    "{ conflictResolution: prefx }",
    ["4:36 aggregation.conflictResolution must be one of prefix, priority, manual"],
  ],
  [
    "prefix without a prefix",
    "{ conflictResolution: prefix }",
    ["4:1 aggregation.conflictResolutionConfig is missing, and conflictResolution is prefix"],
  ],
  [
    "an empty prefix",
    "{ conflictResolution: prefix, conflictResolutionConfig: { prefixFormat: '' } }",
    ["4:86 aggregation.conflictResolutionConfig.prefixFormat must not be empty"],
  ],
  [
    "priority without an order",
    "{ conflictResolution: priority }",
    [
      "4:1 aggregation.conflictResolutionConfig.priorityOrder must name a backend at least when conflictResolution is priority",
    ],
  ],
  [
    "an order with hidden members",
    "{ conflictResolution: priority, conflictResolutionConfig: { priorityOrder: [files, files] }, defaultToolVisibility: deny }",
    [
      "4:90 aggregation.conflictResolutionConfig.priorityOrder[0] needs an entry in aggregation.tools, as all its tools are hidden by defaultToolVisibility: deny",
      "4:97 aggregation.conflictResolutionConfig.priorityOrder[1] is here twice",
    ],
  ],
  [
    "manual without tools",
    "{ conflictResolution: manual }",
    ["4:1 aggregation.tools must have an entry at least when conflictResolution is manual"],
  ],
  [
    "a workload twice",
    "{ conflictResolution: manual, tools: [{ workload: files }, { workload: files }] }",
    [
      "4:85 aggregation.tools[1].workload is the workload of aggregation.tools[0] as well; write one entry for each",
    ],
  ],
  [
    "an override that changes nothing",
    "{ conflictResolution: manual, tools: [{ workload: files, overrides: { a: {}, b: { name: '' } } }] }",
    [
      "4:87 aggregation.tools[0].overrides.a changes nothing: give it a name, a description or annotations",
      "4:102 aggregation.tools[0].overrides.b.name must not be empty",
    ],
  ],
])("an aggregation with %s is refused", (_, aggregation, problems) => {
  expect(problemsOf(aggregationOf(aggregation))).toEqual(problems);
});

test.each([
  [
    "manual without conflictResolutionConfig",
    "{ conflictResolution: manual, tools: [{ workload: files }] }",
  ],
  [
    "an override of annotations alone",
    "{ conflictResolution: manual, tools: [{ workload: files, overrides: { a: { annotations: { readOnlyHint: true } } } }] }",
  ],
])("%s is accepted, which ToolHive refuses", (_, aggregation) => {
  expect(problemsOf(aggregationOf(aggregation))).toEqual([]);
});

const outgoingOf = (strategy: string): string =>
  MINIMAL.replace("{ source: inline }", `{ source: inline, default: ${strategy} }`);

test.each<[string, string, string[]]>([
  [
    "a type that is none",
    "{ type: header_injecton }",
    ["3:50 outgoingAuth.default.type is not a known strategy"],
  ],
  [
    "no header to inject",
    "{ type: header_injection }",
    ["3:33 outgoingAuth.default.headerInjection is missing"],
  ],
  [
    "a header of two values",
    "{ type: header_injection, headerInjection: { headerName: a, headerValue: b, headerValueEnv: c } }",
    [
      "3:85 outgoingAuth.default.headerInjection must have exactly one of headerValue and headerValueEnv",
    ],
  ],
  [
    "a header from an empty variable",
    "{ type: header_injection, headerInjection: { headerName: a, headerValueEnv: EMPTY } }",
    [
      "3:118 outgoingAuth.default.headerInjection.headerValueEnv names the environment variable EMPTY, which is empty",
    ],
  ],
  [
    "a secret in place of its variable",
    "{ type: header_injection, headerInjection: { headerName: a, headerValueEnv: ghp_s3cr3t } }",
    [
      "3:118 outgoingAuth.default.headerInjection.headerValueEnv names a variable, which is not set",
    ],
  ],
  [
    "a header from a variable with a line break",
    "{ type: header_injection, headerInjection: { headerName: a, headerValueEnv: LINES } }",
    [
      "3:118 outgoingAuth.default.headerInjection.headerValueEnv gives a value with a line break or another character no header may have",
    ],
  ],
  [
    "the block of another type",
    "{ type: unauthenticated, headerInjection: { headerName: a, headerValue: b } }",
    ["3:67 outgoingAuth.default.headerInjection does not belong to `type: unauthenticated`"],
  ],
])("outgoingAuth with %s is refused", (_, strategy, problems) => {
  expect(problemsOf(outgoingOf(strategy), { EMPTY: "", LINES: "a\nb" })).toEqual(problems);
});

test("warnings tell of what is likely a mistake, and let the gateway start", () => {
  const text = aggregationOf(
    "{ conflictResolution: priority, conflictResolutionConfig: { priorityOrder: [fils] } }",
  );
  const { warnings } = configOf(
    `${text}  - { name: my files, transport: stdio, command: a }\nrateLimiting: { shared: { maxTokens: 1, refillPeriod: 1s } }\n`,
  );
  expect(warnings.map(({ line, path, hint }) => [line, path, hint])).toEqual([
    [4, "aggregation.conflictResolutionConfig.priorityOrder[0]", 'did you mean "files"?'],
    [9, "backends[1].name", undefined],
    [
      10,
      "rateLimiting",
      "for one gateway process all is well; for several write sessionStorage: { provider: redis }",
    ],
  ]);
});

test("a file full of mistakes is told with the first hundred of them, at once", () => {
  const start = performance.now();
  const keys = Array.from({ length: 30_000 }, (_, index) => `key${index}: { a: 1 }`).join("\n");
  const backends = Array.from({ length: 5_000 }, () => "  - { name: 1, transport: x }").join("\n");
  const problems = problemsOf(`${keys}\nmetadata:\n  a: [1]\nbackends:\n${backends}\n`);
  expect(problems.length).toBeLessThanOrEqual(101);
  expect(problems.at(-1)).toMatch(/ … and \d+ more$/);
  expect(performance.now() - start).toBeLessThan(15_000);
});

const EXAMPLES = new URL("../../../../../shared/compat/examples/", import.meta.url);

interface Manifest {
  readonly kind?: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly config?: object };
}

function exampleConfigs(): [string, object][] {
  if (!existsSync(EXAMPLES)) return [];
  return readdirSync(EXAMPLES).flatMap((file) =>
    parseAllDocuments(readFileSync(new URL(file, EXAMPLES), "utf8"))
      .map((document) => document.toJS() as Manifest | null)
      .filter((manifest) => manifest?.kind === "VirtualMCPServer")
      .map((manifest): [string, object] => [
        `${file}: ${manifest?.metadata.name}`,
        manifest?.spec.config ?? {},
      ]),
  );
}

/** Blocks of examples that are refused with a reason, as they would not do what they say. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "composite_tool_simple.yaml: vmcp-simple-composite": [
    "compositeToolRefs",
    "operational.failureHandling.partialFailureMode",
  ],
};

// What stands beside `spec.config` in a manifest is a block of the file; each example uses its shortest form here.
test.each([
  [
    "our own",
    {
      aggregation: {
        conflictResolution: "prefix",
        conflictResolutionConfig: { prefixFormat: "{workload}_" },
      },
    },
  ],
  ...exampleConfigs(),
])("spec.config of a manifest is read unchanged: %s", (name, config) => {
  const text = stringify({
    name,
    incomingAuth: { type: "anonymous" },
    outgoingAuth: { source: "inline" },
    ...config,
  });
  const result = loadConfig({ text, env: {} });
  const refused = result.ok ? [] : result.problems.map(({ path }) => path);
  expect(refused).toEqual(REFUSED[name] ?? []);
});
