import {
  admissionViolations,
  type Kind,
  objectSchema,
  type StructuralSchema,
  VALIDATIONS_KEYWORD,
} from "@headgate/kube-schema";
import { describe, expect, test } from "vitest";
import { KINDS, VirtualMCPServer } from "../src/kinds/index.ts";
import { RULE_CASES, type RuleCase } from "../src/rule-cases/index.ts";
import { evaluateCel } from "./cel.ts";
import { isUpstreamPresent, upstreamCrd } from "./upstream.ts";

const kinds = new Map(KINDS.map((kind) => [kind.kind, kind]));
const schemas = new Map(KINDS.map((kind) => [kind.kind, objectSchema(kind)]));
const upstream = new Map(
  (isUpstreamPresent ? KINDS : []).map(({ kind }) => [kind, upstreamSchema(kind)]),
);

function upstreamSchema(kind: string): StructuralSchema {
  return upstreamCrd(kindNamed(kind)).spec.versions.at(-1)?.schema.openAPIV3Schema ?? {};
}

function kindNamed(name: string): Kind {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

function violations(schema: StructuralSchema | undefined, spec: unknown): string[] {
  const found = admissionViolations(schema ?? {}, { spec }, evaluateCel);
  return found.map(({ path, message }) => `${fieldPath(path)}: ${message}`).toSorted();
}

function issues(kind: Kind, spec: unknown): string[] {
  const found = kind.spec.safeParse(spec).error?.issues ?? [];
  return found.map(({ path, message }) => `${fieldPath(["spec", ...path])}: ${message}`).toSorted();
}

function fieldPath(path: readonly PropertyKey[]): string {
  const steps = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`));
  return steps.join("").slice(1);
}

function refusals({ at, message, alongside = [] }: RuleCase): string[] {
  return [message, ...alongside].map((text) => `${at}: ${text}`).toSorted();
}

describe.each(RULE_CASES)("$kind $at: $message", (one) => {
  const kind = kindNamed(one.kind);

  test("is kept", () => {
    expect(violations(schemas.get(one.kind), one.accepted)).toEqual([]);
    expect(issues(kind, one.accepted)).toEqual([]);
  });

  test("is broken, and both worlds say so", () => {
    expect(violations(schemas.get(one.kind), one.refused)).toEqual(refusals(one));
    expect(issues(kind, one.refused)).toEqual(refusals(one));
  });
});

test.each(isUpstreamPresent ? RULE_CASES.filter((one) => !isOurs(one)) : [])(
  "$kind $at: $message: is upstream's rule as well",
  (one) => {
    const schema = upstream.get(one.kind);
    expect(violations(schema, one.accepted)).toEqual([]);
    expect(violations(schema, one.refused)).toEqual(refusals(one));
  },
);

/** Whether the case is about a field or rule that upstream does not have. */
function isOurs({ at, message, accepted }: RuleCase): boolean {
  return (
    /\.((rules|backends)\[0\]|autoscaling)$/.test(at) ||
    message.includes("rateLimiting.rules") ||
    JSON.stringify(accepted).includes("rediss://")
  );
}

test("every rule of every kind has a case in every place where it stands", () => {
  const tried = new Set(
    RULE_CASES.map(({ kind, at, message }) => `${kind} ${at.replaceAll("[0]", "[]")}: ${message}`),
  );
  const stated = KINDS.flatMap((kind) => statedRules(objectSchema(kind), kind.kind, ""));
  expect(tried).toEqual(new Set(stated));
});

function statedRules(schema: StructuralSchema, kind: string, at: string): string[] {
  const { properties = {}, items, additionalProperties } = schema;
  const own = (schema[VALIDATIONS_KEYWORD] ?? []).map(({ message }) => `${kind} ${at}: ${message}`);
  const below = Object.entries(properties).flatMap(([name, property]) =>
    statedRules(property, kind, at === "" ? name : `${at}.${name}`),
  );
  const entries = items === undefined ? [] : statedRules(items, kind, `${at}[]`);
  const values =
    additionalProperties === undefined ? [] : statedRules(additionalProperties, kind, `${at}{}`);
  return [...own, ...below, ...entries, ...values];
}

test("a rule that cannot be evaluated is a refusal in both worlds", () => {
  const spec = authServerWith({
    issuerUrl: "https://partner.example.com",
    expectedAudience: "api",
    allowMayAct: true,
  });
  const at = "spec.authServerConfig.trustedIssuers[0]";
  const refusal = `${at}: allowMayAct must not be enabled when allowedDelegateClients contains the wildcard "*"`;
  expect(issues(VirtualMCPServer, spec)).toContain(refusal);
  expect(violations(objectSchema(VirtualMCPServer), spec)).toContain(refusal);
});

function authServerWith(trustedIssuer: unknown): unknown {
  return {
    groupRef: { name: "team" },
    incomingAuth: { type: "anonymous" },
    authServerConfig: {
      issuer: "https://auth.example.com",
      upstreamProviders: [
        { name: "login", type: "oidc", oidcConfig: { issuerUrl: "https://a.b", clientId: "c" } },
      ],
      trustedIssuers: [trustedIssuer],
    },
  };
}
