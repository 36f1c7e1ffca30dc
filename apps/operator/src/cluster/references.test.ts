import { expect, test } from "vitest";
import {
  entryReferences,
  gatewayReferences,
  proxyReferences,
  type Referred,
  referenceTo,
} from "./references.ts";

const metadata = { namespace: "tools", name: "one" };
const to = (cache: Referred, name: string) => referenceTo(cache, { namespace: "tools", name });

test("a proxy or server refers to each of its configurations", () => {
  const spec = {
    oidcConfigRef: { name: "a" },
    authzConfigRef: { name: "b" },
    telemetryConfigRef: { name: "c" },
    externalAuthConfigRef: { name: "d" },
    authServerRef: { name: "e" },
    toolConfigRef: { name: "f" },
  };
  expect(proxyReferences({ metadata, spec })).toEqual([
    to("mcpOidcConfigs", "a"),
    to("mcpAuthzConfigs", "b"),
    to("mcpTelemetryConfigs", "c"),
    to("mcpExternalAuthConfigs", "d"),
    to("mcpExternalAuthConfigs", "e"),
    to("mcpToolConfigs", "f"),
  ]);
});

test("a gateway refers to its configurations wherever in its spec they stand, to each once", () => {
  const withAuth = (name: string) => ({ externalAuthConfigRef: { name } });
  const spec = {
    incomingAuth: { oidcConfigRef: { name: "a" }, authzConfigRef: { name: "b" } },
    outgoingAuth: {
      default: withAuth("d"),
      backends: { x: withAuth("d"), y: withAuth("e"), z: {} },
    },
    telemetryConfigRef: { name: "c" },
    config: {
      aggregation: { tools: [{ toolConfigRef: { name: "f" } }, {}] },
      compositeToolRefs: [{ name: "g" }],
    },
  };
  expect(gatewayReferences({ metadata, spec })).toEqual([
    to("mcpOidcConfigs", "a"),
    to("mcpAuthzConfigs", "b"),
    to("mcpTelemetryConfigs", "c"),
    to("mcpExternalAuthConfigs", "d"),
    to("mcpExternalAuthConfigs", "e"),
    to("mcpToolConfigs", "f"),
    to("compositeToolDefinitions", "g"),
  ]);
});

test("what has no spec, or an empty name in it, refers to nothing", () => {
  expect(proxyReferences({ metadata })).toEqual([]);
  expect(gatewayReferences({ metadata })).toEqual([]);
  expect(entryReferences({ metadata, spec: { externalAuthConfigRef: { name: "" } } })).toEqual([]);
});

test("an object of the same name in another namespace is not meant", () => {
  const spec = { externalAuthConfigRef: { name: "d" } };
  const elsewhere = entryReferences({ metadata: { namespace: "other", name: "one" }, spec });
  expect(elsewhere).not.toEqual(entryReferences({ metadata, spec }));
});
