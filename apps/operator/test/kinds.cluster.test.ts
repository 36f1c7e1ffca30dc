import { conditionOf, type Condition } from "@headgate/controller";
import { useCluster } from "@headgate/test-cluster/vitest";
import { beforeAll, describe, expect } from "vitest";
import { applyDefinitions, ToolsNamespace } from "./tools-namespace.ts";

const { test, ownTest, cluster } = useCluster({ node: false });

beforeAll(() => applyDefinitions(cluster()));

interface WithStatus {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly conditions?: readonly unknown[] | undefined } | undefined;
}

function condition(object: WithStatus | undefined, type: string): Condition | undefined {
  return conditionOf(object?.status?.conditions as readonly Condition[] | undefined, type);
}

const entry = (name: string, spec: object = {}) => ({
  kind: "MCPServerEntry",
  metadata: { name },
  spec: {
    remoteUrl: "https://mcp.example.com/mcp",
    transport: "streamable-http",
    groupRef: { name: "team" },
    ...spec,
  },
});
const group = (name: string) => ({ kind: "MCPGroup", metadata: { name }, spec: {} });
const server = (name: string, spec: object = {}) => ({
  kind: "MCPServer",
  metadata: { name },
  spec: { image: "example.com/server", ...spec },
});
const proxy = (name: string, spec: object = {}) => ({
  kind: "MCPRemoteProxy",
  metadata: { name },
  spec: { remoteUrl: "https://mcp.example.com/mcp", ...spec },
});

describe("a group", () => {
  test("knows its members of every kind, those before it, those after it, and those that leave", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply(server("before", { groupRef: { name: "team" } }));
    await tools.apply(group("team"));
    await tools.apply(server("other", { groupRef: { name: "others" } }));
    await tools.apply(proxy("proxy", { groupRef: { name: "team" } }));
    await tools.apply(entry("entry"));
    await tools.until("mcpGroups", "team", (found) => {
      expect(found?.status).toMatchObject({
        phase: "Ready",
        observedGeneration: 1,
        servers: ["before"],
        serverCount: 1,
        remoteProxies: ["proxy"],
        remoteProxyCount: 1,
        entries: ["entry"],
        entryCount: 1,
      });
      expect(condition(found, "MCPServersChecked")).toMatchObject({
        status: "True",
        reason: "ListMCPServersCheckSucceeded",
        observedGeneration: 1,
      });
    });
    await tools.apply(server("after", { groupRef: { name: "team" } }));
    await tools.delete("mcpServers", "before");
    await tools.until("mcpGroups", "team", (found) =>
      expect(found?.status).toMatchObject({ servers: ["after"], serverCount: 1 }),
    );
  });

  test("does not know of members in other namespaces", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await using others = await ToolsNamespace.in(cluster());
    await others.apply(server("stranger", { groupRef: { name: "team" } }));
    await tools.apply(group("team"));
    await tools.apply(server("own", { groupRef: { name: "team" } }));
    await tools.until("mcpGroups", "team", (found) =>
      expect(found?.status?.servers).toEqual(["own"]),
    );
  });

  test("loses a member that moves to another one, which gains it", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply(group("team"));
    await tools.apply(group("others"));
    await tools.apply(entry("entry"));
    await tools.until("mcpGroups", "team", (found) =>
      expect(found?.status?.entries).toEqual(["entry"]),
    );
    await tools.apply(entry("entry", { groupRef: { name: "others" } }));
    await tools.until("mcpGroups", "others", (found) =>
      expect(found?.status?.entries).toEqual(["entry"]),
    );
    await tools.until("mcpGroups", "team", (found) => {
      expect(found?.status?.entryCount).toBe(0);
      expect(found?.status?.entries ?? []).toEqual([]);
    });
  });

  test("that goes leaves entries which say so, also one that waits for the reference's finalizer", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply({
      ...group("team"),
      metadata: { name: "team", finalizers: ["toolhive.stacklok.dev/mcpgroup-finalizer"] },
    });
    await tools.apply(entry("entry"));
    await tools.until("mcpServerEntries", "entry", (found) =>
      expect(found?.status?.phase).toBe("Valid"),
    );
    await tools.delete("mcpGroups", "team");
    await tools.until("mcpGroups", "team", (found) => expect(found).toBeUndefined());
    await tools.until("mcpServerEntries", "entry", (found) => {
      expect(found?.status?.phase).toBe("Failed");
      expect(condition(found, "GroupRefValidated")?.reason).toBe("GroupRefNotFound");
    });
  });
});

describe("an entry", () => {
  test("becomes valid when what it refers to comes, in whatever order", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply(
      entry("entry", {
        externalAuthConfigRef: { name: "key" },
        caBundleRef: { configMapRef: { name: "certificates", key: "ca.crt" } },
        headerForward: {
          addHeadersFromSecret: [
            { headerName: "X-Key", valueSecretRef: { name: "keys", key: "one" } },
          ],
        },
      }),
    );
    const reasonsOf = (found: WithStatus | undefined) =>
      Object.fromEntries(
        ((found?.status?.conditions ?? []) as Condition[]).map(({ type, reason }) => [
          type,
          reason,
        ]),
      );
    const first = await tools.until("mcpServerEntries", "entry", (found) =>
      expect(found?.status?.phase).toBe("Failed"),
    );
    expect(reasonsOf(first)).toEqual({
      Valid: "ConfigInvalid",
      GroupRefValidated: "GroupRefNotFound",
      ExternalAuthConfigValidated: "AuthConfigNotFound",
      CABundleRefValidated: "CABundleRefNotFound",
      RemoteURLValidated: "RemoteURLValid",
      HeaderSecretRefsValidated: "HeaderSecretNotFound",
    });
    await tools.apply({ kind: "Secret", metadata: { name: "keys" }, stringData: { one: "1" } });
    await tools.apply({ kind: "ConfigMap", metadata: { name: "certificates" }, data: { a: "" } });
    await tools.apply({
      kind: "MCPExternalAuthConfig",
      metadata: { name: "key" },
      spec: { type: "unauthenticated" },
    });
    await tools.apply(group("team"));
    await tools.until("mcpServerEntries", "entry", (found) => {
      const { CABundleRefValidated, Valid, ...others } = reasonsOf(found);
      expect([CABundleRefValidated, Valid]).toEqual(["CABundleRefNotFound", "ConfigInvalid"]);
      expect(others).toEqual({
        GroupRefValidated: "GroupRefIsValid",
        ExternalAuthConfigValidated: "AuthConfigValid",
        RemoteURLValidated: "RemoteURLValid",
        HeaderSecretRefsValidated: "HeaderSecretsValid",
      });
    });
    await tools.apply({
      kind: "ConfigMap",
      metadata: { name: "certificates" },
      data: { "ca.crt": "" },
    });
    const valid = await tools.until("mcpServerEntries", "entry", (found) =>
      expect(found?.status?.phase).toBe("Valid"),
    );
    expect(condition(valid, "Valid")).toMatchObject({ reason: "ConfigValid", status: "True" });
  });

  test("fails with an address inside the cluster, and recovers with a better one", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply(group("team"));
    await tools.apply(entry("entry", { remoteUrl: "http://10.0.0.7/mcp" }));
    await tools.until("mcpServerEntries", "entry", (found) => {
      expect(found?.status?.phase).toBe("Failed");
      expect(condition(found, "RemoteURLValidated")).toMatchObject({
        status: "False",
        reason: "RemoteURLInvalid",
        observedGeneration: 1,
      });
    });
    await tools.apply(
      entry("entry", { remoteUrl: "http://10.0.0.7/mcp", allowPrivateEndpoint: true }),
    );
    await tools.until("mcpServerEntries", "entry", (found) => {
      expect(found?.status).toMatchObject({ phase: "Valid", observedGeneration: 2 });
    });
  });
});

const oidc = { type: "inline", inline: { issuer: "https://issuer.example.com" } };
const CONFIGS = [
  {
    cache: "mcpOidcConfigs",
    kind: "MCPOIDCConfig",
    finalizer: "mcpoidcconfig.toolhive.stacklok.dev/finalizer",
    reason: "ConfigValid",
    spec: oidc,
    changed: { type: "inline", inline: { issuer: "https://other.example.com" } },
    referrer: server("referrer", { oidcConfigRef: { name: "config", audience: "mcp" } }),
  },
  {
    cache: "mcpExternalAuthConfigs",
    kind: "MCPExternalAuthConfig",
    finalizer: "mcpexternalauthconfig.toolhive.stacklok.dev/finalizer",
    reason: "ValidationSucceeded",
    spec: {
      type: "headerInjection",
      headerInjection: { headerName: "X-Key", valueSecretRef: { name: "keys", key: "one" } },
    },
    changed: { type: "unauthenticated" },
    referrer: entry("referrer", { externalAuthConfigRef: { name: "config" } }),
  },
  {
    cache: "mcpToolConfigs",
    kind: "MCPToolConfig",
    finalizer: "toolhive.stacklok.dev/toolconfig-finalizer",
    reason: "ValidationSucceeded",
    spec: { toolsFilter: ["read"] },
    changed: { toolsFilter: ["read", "write"] },
    referrer: proxy("referrer", { toolConfigRef: { name: "config" } }),
  },
  {
    cache: "mcpTelemetryConfigs",
    kind: "MCPTelemetryConfig",
    finalizer: "mcptelemetryconfig.toolhive.stacklok.dev/finalizer",
    reason: "ValidationSucceeded",
    spec: { prometheus: { enabled: true } },
    changed: { prometheus: { enabled: false } },
    referrer: {
      kind: "VirtualMCPServer",
      metadata: { name: "referrer" },
      spec: {
        groupRef: { name: "team" },
        incomingAuth: { type: "anonymous" },
        telemetryConfigRef: { name: "config" },
      },
    },
  },
  {
    cache: "mcpAuthzConfigs",
    kind: "MCPAuthzConfig",
    finalizer: "mcpauthzconfig.toolhive.stacklok.dev/finalizer",
    reason: "ConfigValid",
    spec: { type: "cedarv1", config: { policies: ["permit(principal, action, resource);"] } },
    changed: { type: "cedarv1", config: { policies: ["forbid(principal, action, resource);"] } },
    referrer: server("referrer", { authzConfigRef: { name: "config" } }),
  },
] as const;

describe.each(CONFIGS)("a $kind", (of) => {
  const { kind, finalizer, reason, spec, changed, referrer } = of;
  // Their status is the same for all of them.
  const cache = of.cache as "mcpToolConfigs";
  const config = (content: object) => ({ kind, metadata: { name: "config" }, spec: content });

  test("is valid, has a hash that follows its content, and goes at once when nothing refers to it", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply(config(spec));
    const first = await tools.until(cache, "config", (found) => {
      expect(found?.metadata.finalizers).toEqual([finalizer]);
      expect(found?.status?.observedGeneration).toBe(1);
      expect(condition(found, "Valid")).toMatchObject({
        status: "True",
        reason,
        observedGeneration: 1,
      });
      expect(found?.status?.configHash).toMatch(/^[0-9a-f]+$/);
    });
    await tools.apply(config(changed));
    await tools.until(cache, "config", (found) => {
      expect(found?.status?.observedGeneration).toBe(2);
      expect(found?.status?.configHash).not.toBe(first?.status?.configHash);
    });
    await tools.delete(cache, "config");
    await tools.until(cache, "config", (found) => expect(found).toBeUndefined());
  });

  test("stays while something refers to it, says so, and goes with the reference", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply(config(spec));
    await tools.apply(referrer);
    await tools.until(cache, "config", (found) =>
      expect(condition(found, "Valid")?.status).toBe("True"),
    );
    await tools.delete(cache, "config");
    const blocked = await tools.until(cache, "config", (found) =>
      expect(condition(found, "DeletionBlocked")).toMatchObject({
        status: "True",
        reason: "ReferencedByWorkloads",
      }),
    );
    expect(condition(blocked, "DeletionBlocked")?.message).toContain(`${referrer.kind}/referrer`);
    await tools.delete(referrer, "referrer");
    await tools.until(cache, "config", (found) => expect(found).toBeUndefined());
  });
});

describe("a configuration", () => {
  test("that admission lets pass and nobody can use is invalid, until it is mended", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    const authz = (policies: readonly string[]) => ({
      kind: "MCPAuthzConfig",
      metadata: { name: "policies" },
      spec: { type: "cedarv1", config: { policies } },
    });
    await tools.apply(authz([]));
    await tools.until("mcpAuthzConfigs", "policies", (found) =>
      expect(condition(found, "Valid")).toMatchObject({
        status: "False",
        reason: "ConfigInvalid",
        observedGeneration: 1,
      }),
    );
    await tools.apply(authz(["permit(principal, action, resource);"]));
    await tools.until("mcpAuthzConfigs", "policies", (found) =>
      expect(condition(found, "Valid")).toMatchObject({ status: "True", observedGeneration: 2 }),
    );
  });

  test("for the on-behalf-of grant is not supported, and entries that refer to it say why", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply(group("team"));
    await tools.apply(entry("entry", { externalAuthConfigRef: { name: "behalf" } }));
    await tools.apply({
      kind: "MCPExternalAuthConfig",
      metadata: { name: "behalf" },
      spec: { type: "obo", obo: { tenantId: "contoso.example.com", clientId: "gateway" } },
    });
    await tools.until("mcpExternalAuthConfigs", "behalf", (found) =>
      expect(condition(found, "Valid")?.reason).toBe("EnterpriseRequired"),
    );
    await tools.until("mcpServerEntries", "entry", (found) =>
      expect(condition(found, "ExternalAuthConfigValidated")?.reason).toBe("EnterpriseRequired"),
    );
  });

  test("with issuers whose assertions are taken as grants is valid", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply({
      kind: "MCPExternalAuthConfig",
      metadata: { name: "sign-in" },
      spec: {
        type: "embeddedAuthServer",
        embeddedAuthServer: {
          issuer: "https://sign-in.example.com",
          upstreamProviders: [
            {
              name: "corporate",
              type: "oidc",
              oidcConfig: { issuerUrl: "https://id.example.com", clientId: "gateway" },
            },
          ],
          trustedIssuers: [
            {
              issuerUrl: "https://partner.example.com",
              jwtBearerGrant: {
                maxAssertionAge: "5m",
                subjectBindings: [
                  { subject: "agent", allowedResources: ["https://tools.example.com/mcp"] },
                ],
              },
            },
          ],
        },
      },
    });
    await tools.until("mcpExternalAuthConfigs", "sign-in", (found) => {
      expect(condition(found, "Valid")).toMatchObject({
        status: "True",
        reason: "ValidationSucceeded",
      });
      expect(condition(found, "IdentitySynthesized")?.reason).toBe("AllUpstreamsHaveUserInfo");
    });
  });
});

describe("a definition of a composite tool", () => {
  const definition = (steps: readonly object[]) => ({
    kind: "VirtualMCPCompositeToolDefinition",
    metadata: { name: "research" },
    spec: { name: "research", description: "Finds things", steps },
  });

  test("is invalid with every reason, and valid once it is mended", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply(
      definition([
        { id: "ask", type: "elicitation" },
        { id: "read", tool: "read", arguments: { text: "{{.params.topic" } },
      ]),
    );
    await tools.until("compositeToolDefinitions", "research", (found) => {
      expect(found?.status).toMatchObject({
        observedGeneration: 1,
        validationStatus: "Invalid",
        validationErrors: [
          "steps[0].message: is missing: it is what people are asked",
          "steps[1].arguments.text: an action does not end with }}",
        ],
      });
      expect(condition(found, "Ready")).toMatchObject({
        status: "False",
        reason: "WorkflowNotReady",
      });
    });
    await tools.apply(
      definition([
        {
          id: "ask",
          type: "elicitation",
          message: "Go on?",
          schema: { type: "object" },
          onDecline: { action: "skip_remaining" },
          onCancel: { action: "continue" },
        },
        { id: "read", tool: "read", dependsOn: ["ask"] },
      ]),
    );
    await tools.until("compositeToolDefinitions", "research", (found) => {
      expect(found?.status?.validationStatus).toBe("Valid");
      expect(found?.status?.validationErrors ?? []).toEqual([]);
      expect(condition(found, "Ready")).toMatchObject({
        status: "True",
        reason: "WorkflowReady",
        observedGeneration: 2,
      });
    });
  });

  test("knows the VirtualMCPServers that offer it, those that came before it too", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    const gateway = (name: string, compositeToolRefs: readonly object[]) => ({
      kind: "VirtualMCPServer",
      metadata: { name },
      spec: {
        groupRef: { name: "team" },
        incomingAuth: { type: "anonymous" },
        config: { compositeToolRefs },
      },
    });
    await tools.apply(gateway("before", [{ name: "research" }]));
    await tools.apply(gateway("other", [{ name: "another" }]));
    await tools.apply(definition([{ id: "read", tool: "read" }]));
    await tools.apply(gateway("after", [{ name: "research" }]));
    await tools.until("compositeToolDefinitions", "research", (found) =>
      expect(found?.status?.referencingVirtualServers).toEqual(["after", "before"]),
    );
    await tools.apply(gateway("before", []));
    await tools.until("compositeToolDefinitions", "research", (found) =>
      expect(found?.status?.referencingVirtualServers).toEqual(["after"]),
    );
  });
});

describe("an object of a kind that is not acted on yet", () => {
  test("says so, until somebody else writes its status", async () => {
    await using tools = await ToolsNamespace.in(cluster());
    await tools.apply(server("server"));
    await tools.apply({ kind: "EmbeddingServer", metadata: { name: "embeddings" }, spec: {} });
    await tools.apply({
      kind: "MCPRegistry",
      metadata: { name: "registry" },
      spec: { configYAML: "{}" },
    });
    await tools.apply({
      kind: "MCPWebhookConfig",
      metadata: { name: "webhooks" },
      spec: { validating: [{ name: "ask", url: "https://ask.example.com" }] },
    });
    const notActedOn = { status: "False", reason: "NotActedOn", observedGeneration: 1 };
    await tools.until("mcpServers", "server", (found) =>
      expect(condition(found, "Ready")).toMatchObject(notActedOn),
    );
    await tools.until("embeddingServers", "embeddings", (found) =>
      expect(condition(found, "Ready")).toMatchObject(notActedOn),
    );
    await tools.until("mcpRegistries", "registry", (found) =>
      expect(condition(found, "Ready")).toMatchObject(notActedOn),
    );
    await tools.until("mcpWebhookConfigs", "webhooks", (found) =>
      expect(condition(found, "Valid")).toMatchObject({ ...notActedOn, status: "Unknown" }),
    );
    await tools.report("mcpServers", "server", { url: "http://server.example.com/mcp" });
    await tools.until("mcpServers", "server", (found) => {
      expect(found?.status).toEqual({ url: "http://server.example.com/mcp" });
    });
  });
});

describe("every kind", () => {
  test("takes over the status that another operator left, and nothing of that stays", async () => {
    await using tools = await ToolsNamespace.in(cluster(), { operator: false });
    await tools.apply(group("team"));
    const old = { status: "True", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" };
    await tools.report("mcpGroups", "team", {
      phase: "Failed",
      servers: ["gone"],
      serverCount: 1,
      conditions: [
        { type: "Old", reason: "Old", ...old },
        { type: "MCPServersChecked", reason: "Other", ...old },
      ],
    });
    tools.start();
    const taken = await tools.until("mcpGroups", "team", (found) =>
      expect(found?.status?.phase).toBe("Ready"),
    );
    expect(taken?.status?.servers ?? []).toEqual([]);
    expect(taken?.status?.conditions).toMatchObject([
      // It was true before, and the time says since when.
      { type: "MCPServersChecked", lastTransitionTime: "2026-01-01T00:00:00Z" },
    ]);
  });

  ownTest(
    "writes one status for what is applied together, in whatever order it comes",
    async () => {
      await using tools = await ToolsNamespace.in(cluster());
      const begin = await cluster().audit.mark();
      await tools.apply(group("marker"));
      await tools.until("mcpGroups", "marker", (found) =>
        expect(found?.status?.phase).toBe("Ready"),
      );
      await tools.apply(entry("entry", { externalAuthConfigRef: { name: "key" } }));
      await tools.apply(group("team"));
      await tools.apply({
        kind: "MCPExternalAuthConfig",
        metadata: { name: "key" },
        spec: { type: "unauthenticated" },
      });
      await tools.until("mcpServerEntries", "entry", (found) =>
        expect(found?.status?.phase).toBe("Valid"),
      );
      await tools.until("mcpGroups", "team", (found) => expect(found?.status?.entryCount).toBe(1));
      await tools.stop();
      const writes = (await cluster().audit.writes(begin))
        .filter(({ userAgent, name }) => userAgent === tools.userAgent && name !== "marker")
        .filter(({ resource }) => resource !== "events")
        .map(({ resource }) => resource);
      expect(writes.toSorted()).toEqual([
        "mcpexternalauthconfigs",
        "mcpexternalauthconfigs/status",
        "mcpgroups/status",
        "mcpserverentries/status",
      ]);
    },
  );

  ownTest(
    "writes the status once for a change, and nothing at rest or after a restart",
    async () => {
      await using tools = await ToolsNamespace.in(cluster(), { operator: false });
      await tools.apply(group("team"));
      await tools.apply(entry("entry"));
      await tools.apply(server("server", { groupRef: { name: "team" } }));
      for (const { kind, spec } of CONFIGS) {
        await tools.apply({ kind, metadata: { name: "config" }, spec });
      }
      const writesSince = async (mark: number) =>
        (await cluster().audit.writes(mark)).filter(
          ({ userAgent, resource }) => userAgent === tools.userAgent && resource !== "events",
        );
      const settled = async () => {
        await tools.until("mcpGroups", "team", (found) => {
          expect(found?.status?.entries).toEqual(["entry"]);
        });
        await tools.until("mcpServerEntries", "entry", (found) =>
          expect(found?.status?.phase).toBe("Valid"),
        );
        for (const { cache } of CONFIGS) {
          await tools.until(cache, "config", (found) =>
            expect(condition(found, "Valid")?.status).toBe("True"),
          );
        }
        await tools.until("mcpServers", "server", (found) =>
          expect(condition(found, "Ready")?.reason).toBe("NotActedOn"),
        );
      };
      const begin = await cluster().audit.mark();
      tools.start();
      await settled();
      const statuses = (await writesSince(begin)).filter(({ resource }) =>
        resource.endsWith("/status"),
      );

      const written = statuses.map(({ resource, name }) => `${resource} ${name}`).toSorted();
      expect(written).toEqual([...new Set(written)]);
      await tools.stop();
      const rest = await cluster().audit.mark();
      tools.start();
      // A marker that only a fresh look at everything could come before.
      await tools.apply(group("marker"));
      await tools.until("mcpGroups", "marker", (found) =>
        expect(found?.status?.phase).toBe("Ready"),
      );
      await tools.stop();
      expect((await writesSince(rest)).filter(({ name }) => name !== "marker")).toEqual([]);
    },
  );
});
