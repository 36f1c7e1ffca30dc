import { expect, test } from "vitest";
import { pathText } from "./problem.ts";
import { unenforced } from "./unenforced.ts";

const refusedIn = (config: object): string[] =>
  unenforced(config).map(({ path }) => pathText(path));

const STRATEGIES = ["token_exchange", "upstream_inject", "aws_sts", "obo", "xaa"];
const BUCKET = { maxTokens: 1, refillPeriod: "1s" };

test.each<[object, string[]]>([
  [{ incomingAuth: { type: "anonymous", authz: { type: "cedar" } } }, ["incomingAuth.authz"]],
  [{ incomingAuth: { authz: {} } }, ["incomingAuth.authz"]],
  [{ outgoingAuth: { source: "discovered" } }, ["outgoingAuth.source"]],
  ...STRATEGIES.map((type): [object, string[]] => [
    { outgoingAuth: { default: { type }, backends: { "my.api": { type } } } },
    ["outgoingAuth.default.type", 'outgoingAuth.backends["my.api"].type'],
  ]),
  [{ audit: {} }, ["audit"]],
  [{ audit: { enabled: true } }, ["audit"]],
  [{ compositeTools: [{}] }, ["compositeTools"]],
  [{ compositeToolRefs: [{ name: "a" }] }, ["compositeToolRefs"]],
  [
    { aggregation: { tools: [{ toolConfigRef: { name: "a" } }] } },
    ["aggregation.tools[0].toolConfigRef"],
  ],
  [{ optimizer: {} }, ["optimizer"]],
  [{ codeMode: { enabled: true } }, ["codeMode.enabled"]],
  [{ telemetry: { endpoint: "collector:4318" } }, ["telemetry.endpoint"]],
  [
    { telemetry: { tracingEnabled: true, metricsEnabled: true } },
    ["telemetry.tracingEnabled", "telemetry.metricsEnabled"],
  ],
  [{ telemetry: { prometheusPort: 9464 } }, ["telemetry.prometheusPort"]],
  [{ telemetry: { metricsOnTransportPort: false } }, ["telemetry.metricsOnTransportPort"]],
  [
    { operational: { failureHandling: { partialFailureMode: "fail" } } },
    ["operational.failureHandling.partialFailureMode"],
  ],
])("%j asks for what is not enforced, and is refused where it does", (config, places) => {
  expect(refusedIn(config)).toEqual(places);
});

test.each<[object]>([
  [{}],
  [{ incomingAuth: { type: "oidc", oidc: {} } }],
  [{ incomingAuth: { type: "anonymous", authz: { type: "none" } } }],
  [
    {
      outgoingAuth: {
        source: "inline",
        default: { type: "header_injection" },
        backends: { a: { type: "unauthenticated" } },
      },
    },
  ],
  [{ rateLimiting: { shared: BUCKET, tools: [{ name: "a", shared: BUCKET }] } }],
  [{ rateLimiting: { perUser: BUCKET, tools: [{ name: "a", perUser: BUCKET }] } }],
  [{ sessionStorage: { provider: "memory" } }],
  [{ sessionStorage: { provider: "redis", address: "redis:6379" } }],
  [{ audit: { enabled: false, logFile: "/a" } }],
  [{ compositeTools: [], compositeToolRefs: [] }],
  [{ codeMode: { enabled: false } }],
  [{ codeMode: { stepLimit: 1 } }],
  [
    {
      telemetry: {
        enablePrometheusMetricsPath: true,
        tracingEnabled: false,
        endpoint: "",
        prometheusPort: 0,
      },
    },
  ],
  [{ operational: { failureHandling: { partialFailureMode: "best_effort" } } }],
  [{ audit: null, optimizer: null, telemetry: null }],
])("%j asks for nothing that is not enforced", (config) => {
  expect(refusedIn(config)).toEqual([]);
});

test("every refusal has a reason and says what to do", () => {
  const findings = unenforced({ audit: {}, optimizer: {}, incomingAuth: { authz: {} } });
  for (const { severity, message, hint } of findings) {
    expect(severity).toBe("error");
    expect(message.length).toBeGreaterThan(20);
    expect(hint).toBeDefined();
  }
});
