import type { GatewayConfigInput } from "@headgate/api";
import { controllerReference } from "@headgate/controller";
import { LIVE_BLOCKS } from "@headgate/gateway-config";
import { stringify } from "yaml";
import { virtualMcpServers } from "../cluster/toolhive.ts";
import type { Settings } from "../settings/settings.ts";
import { missingToolConfigs } from "./aggregation.ts";
import { backendsOf, type PlannedBackend } from "./backends.ts";
import {
  contentCheck,
  memberCheck,
  outgoingAuthChecks,
  referenceChecks,
  sessionStorageCheck,
} from "./checks.ts";
import { checksum } from "./checksum.ts";
import { reasonFor, specCheck, type UnenforcedBlock, unenforcedBlocks } from "./config-check.ts";
import type { Contents } from "./contents.ts";
import { gatewayConfig } from "./gateway-config.ts";
import { namesFor } from "./names.ts";
import type { Needs, Part } from "./needs.ts";
import * as availability from "./objects/availability.ts";
import * as objects from "./objects/objects.ts";
import { podTemplate } from "./objects/pod-template.ts";
import type { Observed } from "./observe.ts";
import type { Json, Merged } from "./strategic-merge.ts";
import { fine, hindered, type Verdict } from "./verdicts.ts";

/** The objects of a server, by the caches that hold them. */
export interface PlannedObjects {
  readonly serviceAccounts?: objects.Wish;
  readonly roles?: objects.Wish;
  readonly roleBindings?: objects.Wish;
  readonly secrets: objects.Wish;
  readonly configMaps: objects.Wish;
  readonly deployments: objects.Wish;
  readonly services: objects.Wish;
  readonly disruptionBudgets?: objects.Wish;
  readonly autoscalers?: objects.Wish;
  readonly networkPolicies?: objects.Wish;
}

/** What is to be done about a server. Pure, and the same for the same observation. */
export interface Plan {
  /** Undefined: nothing is touched. */
  readonly objects: PlannedObjects | undefined;
  /** Gateways that run are ended, as they would ignore what is asked for. */
  readonly stop: boolean;
  readonly verdicts: readonly Verdict[];
  readonly unenforced: readonly UnenforcedBlock[];
  readonly backends: readonly PlannedBackend[];
}

/** What a plan is made with, beside what was observed. */
export interface PlanContext {
  readonly contents: Contents;
  readonly settings: Pick<
    Settings,
    "gatewayImage" | "imagePullSecrets" | "defaultRedis" | "openShift"
  >;
  /** The content of the server's own Secret, kept or new. */
  readonly hmacSecret: Buffer;
}

/** Plans the objects of a server, and judges it on the way. */
export function planFor(observed: Observed, context: PlanContext): Plan {
  const { contents, settings } = context;
  const backends = backendsOf(observed, contents);
  const part = gatewayConfig(observed, backends, settings.defaultRedis);
  const unenforced = unenforcedBlocks(observed, part.config);
  const template = templateFor(observed, part, context);
  const references = referenceChecks(observed);
  const isWhole = references.every(({ obstacle }) => obstacle === undefined);
  const verdicts = [
    specCheck(observed, part, isWhole),
    ...templateCheck(observed, template),
    ...references,
    ...memberCheck(observed),
    contentCheck(part, contents),
    sessionStorageCheck(observed),
    ...toolConfigCheck(observed),
    ...outgoingAuthChecks(observed, contents),
  ];
  const isHindered = verdicts.some(({ obstacle }) => obstacle !== undefined);
  const stop = unenforced.length > 0;
  return {
    objects:
      isHindered || stop || !template.ok
        ? undefined
        : objectsOf(observed, part, template.value, context),
    stop,
    verdicts,
    unenforced,
    backends,
  };
}

function templateCheck({ spec }: Observed, template: Merged): Verdict[] {
  if (spec.podTemplateSpec === undefined) return [];
  const type = "PodTemplateSpecValid";
  if (template.ok) return [fine(type, "PodTemplateSpecValid", "The podTemplateSpec is merged.")];
  return [hindered(type, "InvalidPodTemplateSpec", `podTemplateSpec: ${template.problem}.`)];
}

function toolConfigCheck(observed: Observed): Verdict[] {
  if (!observed.spec.config?.aggregation?.tools?.some(({ toolConfigRef }) => toolConfigRef))
    return [];
  const type = "ToolConfigRefsValidated";
  const gone = missingToolConfigs(observed);
  if (gone.length === 0)
    return [fine(type, "ToolConfigRefsValid", "Every MCPToolConfig is there.")];
  const message = gone
    .map(
      ({ workload, toolConfig }) =>
        `The MCPToolConfig ${JSON.stringify(toolConfig)} does not exist, so every tool of ${workload} is hidden.`,
    )
    .join(" ");
  return [{ condition: { type, status: "False", reason: "ToolConfigRefNotFound", message } }];
}

function templateFor(
  { spec, name, namespace }: Observed,
  { config, env, files }: Part<GatewayConfigInput>,
  { contents, settings }: PlanContext,
): Merged {
  return podTemplate({
    server: name,
    namespace,
    image: settings.gatewayImage,
    config,
    needs: { env, files },
    openShift: settings.openShift,
    annotations: {
      "toolhive.stacklok.dev/runconfig-checksum": checksum(withoutLive(config)),
      ...contentAnnotation({ env, files }, contents),
    },
    serviceAccount: spec.serviceAccount ?? namesFor(name).account,
    imagePullSecrets: pullSecrets(spec.imagePullSecrets, settings.imagePullSecrets),
    topologySpread: spec.topologySpread,
    patch: spec.podTemplateSpec,
  });
}

// What a running gateway takes anew must not end it.
function withoutLive(config: GatewayConfigInput): object {
  return Object.fromEntries(Object.entries(config).filter(([block]) => !LIVE_BLOCKS.has(block)));
}

// A Pod does not notice that a Secret behind its variables changes, and no gateway reads a certificate twice.
function contentAnnotation({ env, files }: Needs, contents: Contents): Record<string, string> {
  const used = [
    ...env.flatMap((one) => ("secret" in one ? [digest("Secret", one.secret)] : [])),
    ...files.map(({ from, ref }) => digest(from, ref)),
  ];
  function digest(kind: "Secret" | "ConfigMap", { name, key }: { name: string; key: string }) {
    const all = kind === "Secret" ? contents.secrets : contents.configMaps;
    return [kind, name, key, all.get(name)?.get(key) ?? ""];
  }
  return used.length === 0 ? {} : { "headgate.dev/contents-checksum": checksum(used) };
}

function pullSecrets(
  own: readonly { readonly name: string }[] = [],
  defaults: readonly string[],
): readonly string[] {
  return [...new Set([...own.map(({ name }) => name), ...defaults])].filter((name) => name !== "");
}

function objectsOf(
  { spec, server, name, namespace }: Observed,
  { config }: Part<GatewayConfigInput>,
  template: Json,
  { settings, hmacSecret }: PlanContext,
): PlannedObjects {
  const owned = { namespace, server: name, owner: controllerReference(virtualMcpServers, server) };
  const text = stringify(config, {
    sortMapEntries: true,
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
  const pulls = pullSecrets(spec.imagePullSecrets, settings.imagePullSecrets);
  return {
    ...(spec.serviceAccount === undefined && {
      serviceAccounts: objects.serviceAccount(owned, pulls),
      roles: objects.role(owned),
      roleBindings: objects.roleBinding(owned),
    }),
    secrets: objects.hmacSecret(owned, hmacSecret),
    configMaps: objects.configMap(owned, text, checksum(config)),
    deployments: objects.deployment(owned, {
      template,
      replicas: spec.autoscaling === undefined ? spec.replicas : undefined,
      annotations: {
        ...(spec.podTemplateSpec && {
          "toolhive.stacklok.io/podtemplatespec-hash": checksum(spec.podTemplateSpec),
        }),
        ...(pulls.length > 0 && { "toolhive.stacklok.io/imagepullsecrets-hash": checksum(pulls) }),
      },
    }),
    services: objects.service(owned, spec.serviceType, spec.sessionAffinity),
    ...(spec.podDisruptionBudget && {
      disruptionBudgets: availability.disruptionBudget(owned, spec.podDisruptionBudget),
    }),
    ...(spec.autoscaling && { autoscalers: availability.autoscaler(owned, spec.autoscaling) }),
    ...(spec.networkPolicy && {
      networkPolicies: availability.networkPolicy(owned, spec.networkPolicy),
    }),
  };
}

/** The reason of a server that asks for what no gateway enforces. */
export function unenforcedReason(plan: Plan): string | undefined {
  const [first] = plan.unenforced;
  return first === undefined ? undefined : reasonFor(first);
}
