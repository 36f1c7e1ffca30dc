import type { Condition } from "@headgate/controller";
import { useCluster } from "@headgate/test-cluster/vitest";
import { beforeAll, describe, expect } from "vitest";
import { parse } from "yaml";
import type { Cached } from "../src/cluster/caches.ts";
import { applyDefinitions, ToolsNamespace } from "./tools-namespace.ts";

const { test, ownTest, cluster } = useCluster({ node: false });

beforeAll(async () => applyDefinitions(cluster()), 300_000);

type Gateway = Cached<"virtualMcpServers"> | undefined;

const object = (kind: string, name: string, spec: object = {}) => ({
  kind,
  metadata: { name },
  spec,
});
const gateway = (more: object = {}) =>
  object("VirtualMCPServer", "gateway", {
    groupRef: { name: "team" },
    incomingAuth: { type: "anonymous" },
    ...more,
  });
const entry = (more: object = {}) =>
  object("MCPServerEntry", "one", {
    remoteUrl: "https://one.example.com/mcp",
    transport: "streamable-http",
    groupRef: { name: "team" },
    ...more,
  });

/** A namespace with an operator, a group and one entry in it. */
async function teamTools(): Promise<ToolsNamespace> {
  const tools = await ToolsNamespace.in(cluster());
  await tools.apply(object("MCPGroup", "team"));
  await tools.apply(entry());
  return tools;
}

function condition(found: Gateway, type: string): Condition | undefined {
  const conditions = (found?.status?.conditions ?? []) as readonly Condition[];
  return conditions.find((one) => one.type === type);
}

/** Waits until a condition of the gateway is so, judged from the spec that it has now. */
async function conditionIs(
  tools: ToolsNamespace,
  type: string,
  [status, reason]: readonly [string, string],
): Promise<Gateway> {
  return tools.until("virtualMcpServers", "gateway", (found) =>
    expect(condition(found, type)).toMatchObject({
      status,
      reason,
      observedGeneration: found?.metadata.generation,
    }),
  );
}

/** Waits until the gateway's configuration has these values. */
async function configHas(tools: ToolsNamespace, path: string, value: unknown): Promise<void> {
  await tools.until("configMaps", "gateway-vmcp-config", (found) => {
    expect(parse(found?.data?.["config.yaml"] ?? "{}")).toHaveProperty(path, value);
  });
}

interface PodTemplate {
  readonly spec: {
    readonly nodeSelector?: object;
    readonly imagePullSecrets?: readonly { readonly name: string }[];
    readonly containers: readonly { readonly volumeMounts: readonly object[] }[];
  };
}

/** Waits until the template of the gateway's Pods is so; answers the Deployment's generation. */
async function podsAre(
  tools: ToolsNamespace,
  check: (pods: PodTemplate["spec"]) => void,
): Promise<number> {
  const found = await tools.until("deployments", "gateway", (deployment) => {
    const template = deployment?.spec?.["template"] as PodTemplate | undefined;
    if (template === undefined) throw new Error("There is no Deployment yet.");
    check(template.spec);
  });
  return found?.metadata.generation ?? 0;
}

describe("a gateway that refers to an MCPTelemetryConfig", () => {
  const telemetry = (enabled: boolean) =>
    object("MCPTelemetryConfig", "figures", { prometheus: { enabled } });

  test("waits for it, has what it says, and follows it", async () => {
    await using tools = await teamTools();
    await tools.apply(gateway({ telemetryConfigRef: { name: "figures" } }));
    const type = "TelemetryConfigRefValidated";
    await conditionIs(tools, type, ["False", "TelemetryConfigRefNotFound"]);
    expect(await tools.get("deployments", "gateway")).toBeUndefined();
    const hashes: (string | undefined)[] = [];
    for (const enabled of [true, false]) {
      await tools.apply(telemetry(enabled));
      await configHas(tools, "telemetry.enablePrometheusMetricsPath", enabled);
      await conditionIs(tools, type, ["True", "TelemetryConfigRefValid"]);
      hashes.push(await sameHash(tools, "mcpTelemetryConfigs", "figures"));
    }
    expect(new Set(hashes).size).toBe(2);
  });
});

/** Waits until the gateway has the hash that a configuration has in its own status, and answers it. */
async function sameHash(
  tools: ToolsNamespace,
  of: "mcpTelemetryConfigs" | "mcpOidcConfigs" | "mcpAuthzConfigs",
  name: string,
): Promise<string | undefined> {
  // Their status is the same for all of them.
  const cache = of as "mcpTelemetryConfigs";
  const config = await tools.until(cache, name, (found) =>
    expect(found?.status?.observedGeneration).toBe(found?.metadata.generation),
  );
  const hash = config?.status?.configHash;
  expect(hash).toMatch(/^[0-9a-f]+$/);
  await tools.until("virtualMcpServers", "gateway", (found) =>
    expect(found?.status?.[HASHES[of]]).toBe(hash),
  );
  return hash;
}

const HASHES = {
  mcpTelemetryConfigs: "telemetryConfigHash",
  mcpOidcConfigs: "oidcConfigHash",
  mcpAuthzConfigs: "authzConfigHash",
} as const;

describe("a gateway that refers to an MCPOIDCConfig", () => {
  const oidc = (more: object) =>
    object("MCPOIDCConfig", "login", {
      type: "inline",
      inline: { issuer: "https://login.example.com", clientId: "gateway", ...more },
    });
  const incomingAuth = {
    type: "oidc",
    oidcConfigRef: { name: "login", audience: "tools", scopes: ["openid"] },
  };
  const type = "OIDCConfigRefValidated";

  test("is not made without it, has all of it, and follows it", async () => {
    await using tools = await teamTools();
    await tools.apply(gateway({ incomingAuth }));
    await conditionIs(tools, type, ["False", "OIDCConfigRefNotFound"]);
    expect(await tools.get("configMaps", "gateway-vmcp-config")).toBeUndefined();
    await tools.apply(oidc({}));
    await conditionIs(tools, type, ["True", "OIDCConfigRefValid"]);
    await configHas(tools, "incomingAuth.oidc", {
      issuer: "https://login.example.com",
      clientId: "gateway",
      audience: "tools",
      scopes: ["openid"],
      resource: `http://vmcp-gateway.${tools.name}.svc.cluster.local:4483`,
    });
    const first = await sameHash(tools, "mcpOidcConfigs", "login");
    await tools.apply(oidc({ jwksUrl: "https://login.example.com/keys" }));
    await configHas(tools, "incomingAuth.oidc.jwksUrl", "https://login.example.com/keys");
    const second = await sameHash(tools, "mcpOidcConfigs", "login");
    expect(second).not.toBe(first);
  });

  test("keeps it from being deleted until it refers to it no more, and forgets it then", async () => {
    await using tools = await teamTools();
    await tools.apply(oidc({}));
    await tools.apply(gateway({ incomingAuth }));
    await conditionIs(tools, type, ["True", "OIDCConfigRefValid"]);
    await tools.delete("mcpOidcConfigs", "login");
    await tools.until("mcpOidcConfigs", "login", (found) => {
      const conditions = (found?.status?.conditions ?? []) as readonly Condition[];
      const blocked = conditions.find((one) => one.type === "DeletionBlocked");
      expect(blocked?.message).toContain("VirtualMCPServer/gateway");
    });
    await tools.apply(gateway());
    await tools.until("mcpOidcConfigs", "login", (found) => expect(found).toBeUndefined());
    await tools.until("virtualMcpServers", "gateway", (found) => {
      expect(condition(found, type)).toBeUndefined();
      expect(found?.status?.oidcConfigHash).toBeUndefined();
    });
  });

  test("has the certificates of its issuer mounted, and is replaced when they change", async () => {
    await using tools = await teamTools();
    const bundle = (text: string, labels = {}) => ({
      kind: "ConfigMap",
      metadata: { name: "company-ca", labels },
      data: { "ca.crt": text },
    });
    await tools.apply(bundle("one"));
    const caBundleRef = { configMapRef: { name: "company-ca", key: "ca.crt" } };
    await tools.apply(oidc({ caBundleRef }));
    await tools.apply(gateway({ incomingAuth }));
    await configHas(tools, "incomingAuth.oidc.caBundlePath", "/config/certs/company-ca/ca.crt");
    const first = await podsAre(tools, ({ containers }) =>
      expect(containers[0]?.volumeMounts).toContainEqual(
        expect.objectContaining({ mountPath: "/config/certs/company-ca" }),
      ),
    );
    // A label is nothing to a gateway.
    await tools.apply(bundle("one", { note: "a" }));
    await tools.apply(bundle("two", { note: "a" }));
    await tools.until("deployments", "gateway", (found) =>
      expect(found?.metadata.generation).toBe(first + 1),
    );
  });
});

describe("a gateway that refers to an MCPAuthzConfig", () => {
  const policies = (...texts: readonly string[]) =>
    object("MCPAuthzConfig", "policies", { type: "cedarv1", config: { policies: texts } });
  const incomingAuth = { type: "anonymous", authzConfigRef: { name: "policies" } };
  const type = "AuthzConfigRefValidated";

  test("follows whether it is valid, and is not made as no gateway enforces it", async () => {
    await using tools = await teamTools();
    await tools.apply(policies("permit(principal, action, resource);"));
    await tools.apply(gateway({ incomingAuth }));
    await conditionIs(tools, type, ["True", "AuthzConfigRefValid"]);
    const first = await sameHash(tools, "mcpAuthzConfigs", "policies");
    await tools.apply(policies("forbid(principal, action, resource);"));
    await tools.until("virtualMcpServers", "gateway", (found) =>
      expect(found?.status?.authzConfigHash).not.toBe(first),
    );
    await tools.apply(policies());
    await conditionIs(tools, type, ["False", "AuthzConfigRefNotValid"]);
    await tools.apply(policies("permit(principal, action, resource);"));
    await conditionIs(tools, type, ["True", "AuthzConfigRefValid"]);
    await conditionIs(tools, "Ready", ["False", "IncomingAuthAuthzNotEnforced"]);
    expect(await tools.get("configMaps", "gateway-vmcp-config")).toBeUndefined();
  });

  test("that is for single servers is told so by its type", async () => {
    await using tools = await teamTools();
    const http = { url: "https://decide.example.com" };
    await tools.apply(object("MCPAuthzConfig", "policies", { type: "httpv1", config: { http } }));
    await tools.apply(gateway({ incomingAuth }));
    const found = await conditionIs(tools, type, ["False", "AuthzConfigRefNotValid"]);
    expect(condition(found, type)?.message).toContain("httpv1");
    expect(await tools.get("configMaps", "gateway-vmcp-config")).toBeUndefined();
  });
});

test("credentials of a member reach its gateway, and so does each change of them", async () => {
  await using tools = await teamTools();
  const key = { name: "keys", key: "one" };
  const auth = (headerName: string) =>
    object("MCPExternalAuthConfig", "key", {
      type: "headerInjection",
      headerInjection: { headerName, valueSecretRef: key },
    });
  const type = "DiscoveredAuthConfig-one";
  await tools.apply({ kind: "Secret", metadata: { name: "keys" }, stringData: { one: "1" } });
  await tools.apply(entry({ externalAuthConfigRef: { name: "key" } }));
  await tools.apply(gateway());
  await conditionIs(tools, type, ["False", "ConversionFailed"]);
  for (const header of ["X-Key", "X-Other-Key"]) {
    await tools.apply(auth(header));
    await configHas(tools, "outgoingAuth.backends.one.headerInjection.headerName", header);
    await conditionIs(tools, type, ["True", "ConversionSucceeded"]);
  }
  await tools.apply(entry());
  await configHas(tools, "outgoingAuth", { source: "inline" });
  await tools.until("virtualMcpServers", "gateway", (found) =>
    expect(condition(found, type)).toBeUndefined(),
  );
});

test("an MCPToolConfig that changes changes the tools of its gateways", async () => {
  await using tools = await teamTools();
  const filter = (...toolsFilter: readonly string[]) =>
    object("MCPToolConfig", "few", { toolsFilter });
  const aggregation = { tools: [{ workload: "one", toolConfigRef: { name: "few" } }] };
  await tools.apply(gateway({ config: { aggregation } }));
  const type = "ToolConfigRefsValidated";
  await conditionIs(tools, type, ["False", "ToolConfigRefNotFound"]);
  await configHas(tools, "aggregation.tools.0", { workload: "one", excludeAll: true });
  for (const names of [["read"], ["read", "write"]]) {
    await tools.apply(filter(...names));
    await configHas(tools, "aggregation.tools.0", { workload: "one", filter: names });
  }
  await conditionIs(tools, type, ["True", "ToolConfigRefsValid"]);
});

describe("a gateway with composite tools", () => {
  const definition = (name: string, tool: string) =>
    object("VirtualMCPCompositeToolDefinition", name, {
      name,
      description: "Finds things",
      steps: [{ id: "read", type: "tool", tool }],
    });
  const type = "CompositeToolRefsValidated";
  const config = { compositeToolRefs: [{ name: "research" }] };

  ownTest("follows a definition that comes after it and changes, and no other one", async () => {
    await using tools = await teamTools();
    await tools.apply(gateway({ config }));
    await conditionIs(tools, type, ["False", "CompositeToolRefNotFound"]);
    await tools.apply(definition("research", "not a name"));
    await conditionIs(tools, type, ["False", "CompositeToolRefInvalid"]);
    await tools.apply(definition("research", "search"));
    await conditionIs(tools, type, ["True", "CompositeToolRefsValid"]);
    const mark = await cluster().audit.mark();
    await tools.apply(definition("another", "search"));
    await tools.until("compositeToolDefinitions", "another", (found) =>
      expect(found?.status?.validationStatus).toBe("Valid"),
    );
    await tools.stop();
    const writes = (await cluster().audit.writes(mark)).filter(
      ({ userAgent, name }) => userAgent === tools.userAgent && name === "gateway",
    );
    expect(writes).toEqual([]);
  });
});

describe("the Pods of a gateway", () => {
  test("have the pull secrets of its spec, with those of its podTemplateSpec, and follow them", async () => {
    await using tools = await teamTools();
    const pulls = (...names: readonly string[]) => names.map((name) => ({ name }));
    const extra = { podTemplateSpec: { spec: { imagePullSecrets: pulls("mirror", "registry") } } };
    const namesIn = (list: readonly { readonly name: string }[] = []) =>
      list.map(({ name }) => name).toSorted();
    await tools.apply(gateway({ imagePullSecrets: pulls("registry"), ...extra }));
    const first = await podsAre(tools, ({ imagePullSecrets }) =>
      expect(namesIn(imagePullSecrets)).toEqual(["mirror", "registry"]),
    );
    const account = async (expected: readonly string[]) =>
      tools.until("serviceAccounts", "gateway-vmcp", (found) => {
        const { imagePullSecrets } = found as { imagePullSecrets?: { name: string }[] };
        expect(namesIn(imagePullSecrets)).toEqual(expected);
      });
    await account(["registry"]);
    await tools.apply(gateway({ imagePullSecrets: pulls("other"), ...extra }));
    const second = await podsAre(tools, ({ imagePullSecrets }) =>
      expect(namesIn(imagePullSecrets)).toEqual(["mirror", "other", "registry"]),
    );
    expect(second).toBe(first + 1);
    await account(["other"]);
  });

  test("follow its podTemplateSpec, and are not made from one that cannot be merged", async () => {
    await using tools = await teamTools();
    const type = "PodTemplateSpecValid";
    const patched = (spec: object) => gateway({ podTemplateSpec: { spec } });
    await tools.apply(patched({ containers: "none" }));
    const failed = await conditionIs(tools, type, ["False", "InvalidPodTemplateSpec"]);
    expect(failed?.status?.phase).toBe("Failed");
    expect(await tools.get("deployments", "gateway")).toBeUndefined();
    for (const disk of ["ssd", "nvme"]) {
      await tools.apply(patched({ nodeSelector: { disk } }));
      await podsAre(tools, ({ nodeSelector }) => expect(nodeSelector).toEqual({ disk }));
      await conditionIs(tools, type, ["True", "PodTemplateSpecValid"]);
    }
  });
});

describe("what the API server refuses is told, and made once it is mended:", () => {
  test("a policy for the network with a range that is none", async () => {
    await using tools = await teamTools();
    const open = (...fromCidrs: readonly string[]) => gateway({ networkPolicy: { fromCidrs } });
    await tools.apply(open("everywhere"));
    const found = await conditionIs(tools, "ObjectsApplied", ["False", "ObjectRefused"]);
    expect(condition(found, "ObjectsApplied")?.message).toContain("everywhere");
    await conditionIs(tools, "Ready", ["False", "ObjectRefused"]);
    await tools.apply(open("10.0.0.0/8"));
    await tools.until("networkPolicies", "gateway", (policy) => expect(policy).toBeDefined());
    await conditionIs(tools, "Ready", ["False", "DeploymentNotReady"]);
  });

  test("Pods of a podTemplateSpec that is merged, and comes to no Pod", async () => {
    await using tools = await teamTools();
    const type = "PodTemplateSpecValid";
    const policy = (restartPolicy: string) =>
      gateway({ podTemplateSpec: { spec: { restartPolicy } } });
    await tools.apply(policy("Never"));
    await conditionIs(tools, type, ["False", "InvalidPodTemplateSpec"]);
    expect(await tools.get("deployments", "gateway")).toBeUndefined();
    await tools.apply(policy("Always"));
    await conditionIs(tools, type, ["True", "PodTemplateSpecValid"]);
    await podsAre(tools, ({ containers }) => expect(containers).toHaveLength(1));
  });
});
