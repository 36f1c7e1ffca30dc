import { conditionOf, type Condition } from "@headgate/controller";
import { type Contents, missing } from "./contents.ts";
import type { Needs } from "./needs.ts";
import type { Observed } from "./observe.ts";
import { credentialsFrom } from "./outgoing-auth.ts";
import { fine, hindered, type Verdict } from "./verdicts.ts";

interface Referred {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly conditions?: readonly unknown[] | undefined } | undefined;
}

/** What the things that a server refers to come to, one condition for each; without a reference there is none. */
export function referenceChecks(observed: Observed): readonly Verdict[] {
  const { spec, oidcConfig, telemetryConfig } = observed;
  const { oidcConfigRef } = spec.incomingAuth;
  return [
    groupCheck(observed),
    ...reference("OIDCConfigRef", "MCPOIDCConfig", oidcConfigRef?.name, oidcConfig),
    ...authzConfigCheck(observed),
    ...reference(
      "TelemetryConfigRef",
      "MCPTelemetryConfig",
      spec.telemetryConfigRef?.name,
      telemetryConfig,
    ),
    ...compositeToolCheck(observed),
  ];
}

function groupCheck({ spec, group }: Observed): Verdict {
  const type = "GroupRefValidated";
  const name = JSON.stringify(spec.groupRef.name);
  if (group === undefined) {
    return hindered(type, "GroupRefNotFound", `The MCPGroup ${name} does not exist.`);
  }
  const phase = group.status?.phase;
  if (phase !== undefined && phase !== "Ready") {
    const message = `The MCPGroup ${name} is not ready: its phase is ${phase}.`;
    return hindered(type, "GroupRefNotReady", message, { phase: "Pending" });
  }
  return fine(type, "GroupRefValid", `The MCPGroup ${name} is there.`);
}

function reference(
  stem: "OIDCConfigRef" | "AuthzConfigRef" | "TelemetryConfigRef",
  kind: string,
  name: string | undefined,
  object: Referred | undefined,
): Verdict[] {
  if (name === undefined) return [];
  const type = `${stem}Validated`;
  const what = `The ${kind} ${JSON.stringify(name)}`;
  if (object === undefined) {
    return [hindered(type, `${stem}NotFound`, `${what} does not exist.`)];
  }
  const conditions = object.status?.conditions as readonly Condition[] | undefined;
  const valid = conditionOf(conditions, "Valid");
  if (valid?.status === "False" && valid.observedGeneration === object.metadata.generation) {
    const reason = stem === "TelemetryConfigRef" ? `${stem}Invalid` : `${stem}NotValid`;
    return [hindered(type, reason, `${what} is not valid: ${valid.message}`)];
  }
  return [fine(type, `${stem}Valid`, `${what} is there and valid.`)];
}

/** The policy engine of gateways; the other is for single servers. */
const GATEWAY_ENGINE = "cedarv1";

function authzConfigCheck({ spec, authzConfig }: Observed): Verdict[] {
  const name = spec.incomingAuth.authzConfigRef?.name;
  const found = reference("AuthzConfigRef", "MCPAuthzConfig", name, authzConfig);
  const type = authzConfig?.spec?.type ?? GATEWAY_ENGINE;
  if (type === GATEWAY_ENGINE || found.some(({ obstacle }) => obstacle !== undefined)) return found;
  const message = `The MCPAuthzConfig ${JSON.stringify(name)} is of type ${type}, which is not for gateways. Use ${GATEWAY_ENGINE}.`;
  return [hindered("AuthzConfigRefValidated", "AuthzConfigRefNotValid", message)];
}

function compositeToolCheck({ spec, compositeTools }: Observed): Verdict[] {
  const refs = spec.config?.compositeToolRefs ?? [];
  if (refs.length === 0) return [];
  const type = "CompositeToolRefsValidated";
  for (const { name } of refs) {
    const definition = compositeTools.get(name);
    const what = `The VirtualMCPCompositeToolDefinition ${JSON.stringify(name)}`;
    if (definition === undefined)
      return [hindered(type, "CompositeToolRefNotFound", `${what} does not exist.`)];
    if (definition.status?.validationStatus === "Invalid")
      return [hindered(type, "CompositeToolRefInvalid", `${what} is not valid.`)];
  }
  return [fine(type, "CompositeToolRefsValid", "Every composite tool is there and valid.")];
}

/** Whether every member of the group is used; a condition only when one is not. */
export function memberCheck({ shadowed }: Observed): Verdict[] {
  if (shadowed.length === 0) return [];
  const [type, reason] = ["MemberNamesUnique", "NameShared"];
  return [{ condition: { type, status: "False", reason, message: shadowed.join(" ") } }];
}

/** Whether the Secrets and ConfigMaps are there without which no gateway can start; those of single backends are their own problem. */
export function contentCheck(needs: Needs, contents: Contents): Verdict {
  const problems = [
    ...needs.env.flatMap((one) =>
      "secret" in one ? (missing("Secret", one.secret, contents) ?? []) : [],
    ),
    ...needs.files.flatMap(({ from, ref }) => missing(from, ref, contents) ?? []),
  ];
  if (problems.length > 0) return hindered("AuthConfigured", "AuthInvalid", problems.join(" "));
  return fine("AuthConfigured", "AuthValid", "Every Secret and ConfigMap that is needed is there.");
}

/** How each backend is identified to, one condition for each that says so. None keeps the gateway from running. */
export function outgoingAuthChecks(observed: Observed, contents: Contents): readonly Verdict[] {
  const { default: fallback, backends: own = {} } = observed.spec.outgoingAuth ?? {};
  const named: [string, string | undefined][] = [
    ["DefaultAuthConfig", fallback?.externalAuthConfigRef?.name],
    ...Object.entries(own).map(
      ([name, { externalAuthConfigRef }]): [string, string | undefined] => [
        `BackendAuthConfig-${name}`,
        externalAuthConfigRef?.name,
      ],
    ),
    ...observed.members.map(({ name, authConfig }): [string, string | undefined] => [
      `DiscoveredAuthConfig-${name}`,
      authConfig,
    ]),
  ];
  return named.flatMap(([type, name]) => {
    if (name === undefined) return [];
    const credentials = credentialsFrom(name, observed, contents);
    if (credentials.ok) {
      return [
        fine(
          type,
          "ConversionSucceeded",
          `The MCPExternalAuthConfig ${JSON.stringify(name)} is in use.`,
        ),
      ];
    }
    const { reason, message } = credentials;
    return [{ condition: { type, status: "False" as const, reason, message } }];
  });
}

/** Whether replicas know of each other's sessions; a word of advice. */
export function sessionStorageCheck({ spec }: Observed): Verdict {
  const type = "SessionStorageWarning";
  if ((spec.replicas ?? 1) <= 1) {
    const message = "One replica, or a number that others decide.";
    return {
      condition: { type, status: "False", reason: "SessionStorageWarningNotApplicable", message },
    };
  }
  if (spec.sessionStorage?.provider === "redis") {
    const message = "Replicas share their sessions and limits in Redis.";
    return { condition: { type, status: "False", reason: "SessionStorageConfigured", message } };
  }
  const message =
    "Several replicas, each with sessions and limits of its own. Set sessionStorage with provider redis.";
  return {
    condition: { type, status: "True", reason: "SessionStorageMissingForReplicas", message },
  };
}
