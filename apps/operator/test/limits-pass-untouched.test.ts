import { isDeepStrictEqual } from "node:util";
import { VirtualMCPServerSpec } from "@headgate/api/kinds";
import type { KubeObject } from "@headgate/controller";
import { checkConfig } from "@headgate/gateway-config";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { planned } from "./planned.ts";

// Some of them are no durations, and some are none that a limiter can count with: admission lets all of them pass.
const refillPeriod = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("1s", "1m0s", "90s", "1h", "0.5h", "1m30.5s") },
  { weight: 1, arbitrary: fc.constantFrom("0s", "", "soon", "-1s", "1000000h") },
);
const maxTokens = fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.constant(2_147_483_647));
const bucket = fc.record({ maxTokens, refillPeriod });
const name = fc.constantFrom("one_a", "one_b", "b", "*", "tool with spaces");
const tool = fc.record({ name, shared: bucket, perUser: bucket }, { requiredKeys: ["name"] });
const rule = fc.record(
  {
    name: fc.constantFrom("reads", "writes"),
    match: fc.record(
      {
        operations: fc.subarray(["tools/call", "tools/list", "prompts/get"], { minLength: 1 }),
        names: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
        backends: fc.constant(["one"]),
      },
      { requiredKeys: [] },
    ),
    per: fc.constantFrom([], ["user"]),
    bucket,
    cost: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: ["name", "bucket"] },
);
const rateLimiting = fc.record(
  {
    shared: bucket,
    perUser: bucket,
    tools: fc.uniqueArray(tool, { maxLength: 3, selector: (one) => one.name }),
    rules: fc.uniqueArray(rule, { maxLength: 2, selector: (one) => one.name }),
    mode: fc.constantFrom("Enforce", "Audit"),
    onStoreFailure: fc.constantFrom("local", "open", "closed"),
  },
  { requiredKeys: [] },
);
const spec = rateLimiting.map((limits) => ({
  groupRef: { name: "tools" },
  incomingAuth: { type: "oidc", oidcConfigRef: { name: "company", audience: "tools" } },
  sessionStorage: { provider: "redis", address: "redis:6379" },
  config: { rateLimiting: limits },
}));

const AROUND = [
  object("MCPGroup", "tools", {}),
  object("MCPOIDCConfig", "company", {
    type: "inline",
    inline: { issuer: "https://login.example.com", clientId: "a" },
  }),
  object("MCPServerEntry", "one", {
    remoteUrl: "https://one.example.com/mcp",
    transport: "streamable-http",
    groupRef: { name: "tools" },
  }),
];

function object(kind: string, named: string, its: unknown): KubeObject {
  const metadata = { name: named, namespace: "shop", uid: named, generation: 1 };
  return { kind, metadata, spec: its } as KubeObject;
}

type Outcome = "refused by admission" | "enforced" | "told" | "lost";

function outcomeOf(written: unknown): Outcome {
  const admitted = VirtualMCPServerSpec.safeParse(written);
  if (!admitted.success) return "refused by admission";
  const server = object("VirtualMCPServer", "gateway", admitted.data);
  const { plan, status } = planned([server, ...AROUND]);
  if (plan.objects === undefined) {
    const valid = status.conditions?.find(({ type }) => type === "Valid");
    const isTold = valid?.status === "False" && valid.message.includes("rateLimiting");
    return isTold ? "told" : "lost";
  }
  const { "config.yaml": text = "" } = plan.objects.configMaps["data"] as Record<string, string>;
  const { config } = checkConfig(parse(text), {});
  const isSame = isDeepStrictEqual(config?.rateLimiting, admitted.data.config?.rateLimiting);
  return isSame ? "enforced" : "lost";
}

test("limits that admission accepts are those that a gateway enforces, to the letter, or are told to be wrong", () => {
  const outcomes: Outcome[] = [];
  fc.assert(
    fc.property(spec, (written) => {
      outcomes.push(outcomeOf(written));
      expect(outcomes.at(-1)).not.toBe("lost");
    }),
    { numRuns: 1_000 },
  );
  const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
  expect(count("enforced")).toBeGreaterThan(20);
  expect(count("told")).toBeGreaterThan(20);
});
