import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { objectsFrom } from "./observed-objects.ts";
import { type Planned, planned } from "./planned.ts";

// What the settings of an installation do to every gateway in it.

interface Pods {
  readonly securityContext: object;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly containers: readonly [
    {
      readonly image: string;
      readonly securityContext: object;
      readonly env: readonly { readonly name: string; readonly valueFrom?: object }[];
    },
  ];
}

function gatewayWith(spec: string, env: Readonly<Record<string, string>>, more = ""): Planned {
  const text = `kind: VirtualMCPServer
metadata: { name: gateway }
spec: { groupRef: { name: tools }, incomingAuth: { type: anonymous }${spec} }
---
kind: MCPGroup
metadata: { name: tools }
spec: {}
status: { phase: Ready }
${more}`;
  return planned(objectsFrom(text), env);
}

function objectsOf({ plan }: Planned) {
  if (plan.objects === undefined) throw new Error("Nothing is planned.");
  return plan.objects;
}

function podsOf(result: Planned): Pods {
  const { template } = objectsOf(result).deployments["spec"] as { template: { spec: Pods } };
  return template.spec;
}

function configOf(result: Planned): unknown {
  const data = objectsOf(result).configMaps["data"] as Readonly<Record<string, string>>;
  return parse(data["config.yaml"] ?? "");
}

const REDIS = { TOOLHIVE_DEFAULT_REDIS_ADDR: "redis.data.svc:6379" };
const PASSWORD = {
  TOOLHIVE_DEFAULT_REDIS_SECRET_NAME: "redis",
  TOOLHIVE_DEFAULT_REDIS_SECRET_KEY: "password",
};
const SECRET = "---\nkind: Secret\nmetadata: { name: redis }\nstringData: { password: p }\n";

describe("the Redis of an installation", () => {
  test("is that of gateways that name none, with its password", () => {
    const result = gatewayWith("", { ...REDIS, ...PASSWORD }, SECRET);
    expect(configOf(result)).toHaveProperty("sessionStorage", {
      provider: "redis",
      address: "redis.data.svc:6379",
    });
    expect(podsOf(result).containers[0].env).toContainEqual({
      name: "THV_SESSION_REDIS_PASSWORD",
      valueFrom: { secretKeyRef: { name: "redis", key: "password" } },
    });
  });

  test("keeps a gateway waiting whose namespace lacks the password", () => {
    const { plan, status } = gatewayWith("", { ...REDIS, ...PASSWORD });
    expect(plan.objects).toBeUndefined();
    expect(status.message).toBe('The Secret "redis" does not exist.');
  });

  test("is not for a gateway that asks for memory, or for a Redis of its own", () => {
    const memory = gatewayWith(", sessionStorage: { provider: memory }", REDIS);
    expect(configOf(memory)).toHaveProperty("sessionStorage", { provider: "memory" });
    const own = gatewayWith(', sessionStorage: { provider: redis, address: "own:6379" }', REDIS);
    expect(configOf(own)).toHaveProperty("sessionStorage.address", "own:6379");
    expect(podsOf(own).containers[0].env.map(({ name }) => name)).not.toContain(
      "THV_SESSION_REDIS_PASSWORD",
    );
  });
});

test("the pull secrets of an installation come after a gateway's own, each once", () => {
  const result = gatewayWith(", imagePullSecrets: [{ name: own }, { name: mirror }]", {
    TOOLHIVE_DEFAULT_IMAGE_PULL_SECRETS: "mirror,registry",
  });
  const names = [{ name: "own" }, { name: "mirror" }, { name: "registry" }];
  expect(podsOf(result).imagePullSecrets).toEqual(names);
  expect(objectsOf(result).serviceAccounts).toHaveProperty("imagePullSecrets", names);
});

test("where the platform gives out user ids, none is asked for; everything else is as hardened", () => {
  const pods = podsOf(gatewayWith("", { OPERATOR_OPENSHIFT: "true" }));
  expect(pods.securityContext).toEqual({
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  });
  expect(pods.containers[0].securityContext).toEqual({
    privileged: false,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  });
});

test("a gateway with an account of its own gets none of ours, and no rights", () => {
  const result = gatewayWith(", serviceAccount: own", {});
  expect(Object.keys(objectsOf(result)).toSorted()).toEqual([
    "configMaps",
    "deployments",
    "secrets",
    "services",
  ]);
});

test("what a member says of how it is does not change what is made, as long as its address stays", () => {
  const member = (phase: string, annotations: string) => `---
kind: MCPServer
metadata: { name: weather, annotations: ${annotations} }
spec: { image: weather:1, groupRef: { name: tools } }
status: { phase: ${phase}, readyReplicas: 1, url: "http://weather:8080/mcp" }
`;
  const one = gatewayWith("", {}, member("Ready", "{}"));
  const other = gatewayWith("", {}, member("Failed", "{ example.com/note: changed }"));
  expect(objectsOf(other)).toEqual(objectsOf(one));
});
