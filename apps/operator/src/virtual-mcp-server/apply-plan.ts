import {
  apply,
  ControllerError,
  type Informer,
  isControlledBy,
  keyOf,
  type KubeObject,
  remove,
} from "@headgate/controller";
import type { CacheName } from "../cluster/caches.ts";
import { FIELD_MANAGER } from "../cluster/field-manager.ts";
import type { Ports } from "../reconciler/kind-reconciler.ts";
import { isApplied, isForeignOperator, takeOver } from "../reconciler/take-over.ts";
import type { Contents } from "./contents.ts";
import { keepReplicas } from "./keep-replicas.ts";
import { HMAC_KEY } from "./objects/container.ts";
import type { Wish } from "./objects/objects.ts";
import type { Observed } from "./observe.ts";
import type { Plan, PlannedObjects } from "./plan.ts";
import { hindered, type Verdict } from "./verdicts.ts";

/** What is applied, for whom. */
export interface Application {
  readonly ports: Pick<Ports, "client" | "caches">;
  readonly observed: Observed;
  readonly plan: Plan;
  readonly contents: Contents;
  readonly signal: AbortSignal;
}

/** What a gateway needs before it can start; all of it at once, then the rest. */
const FIRST = ["serviceAccounts", "roles", "roleBindings", "secrets", "configMaps"] as const;
const THEN = [
  "deployments",
  "services",
  "disruptionBudgets",
  "autoscalers",
  "networkPolicies",
] as const;
type Child = keyof PlannedObjects & CacheName;

/** Makes the objects of a plan so, and takes away what it has no more; answers what only a person can repair. */
export async function applyPlan(application: Application): Promise<readonly Verdict[]> {
  const { plan } = application;
  if (plan.stop) await removeChildren(application, ["deployments"]);
  if (plan.objects === undefined) return [];
  const { objects } = plan;
  const hindrances = await applyAll(application, objects, FIRST);
  if (hindrances.length > 0) return hindrances;
  const later = await applyAll(application, objects, THEN);
  await removeChildren(
    application,
    [...FIRST, ...THEN].filter((child) => objects[child] === undefined),
  );
  return later;
}

async function applyAll(
  application: Application,
  objects: PlannedObjects,
  children: readonly Child[],
): Promise<readonly Verdict[]> {
  const results = await Promise.allSettled(
    children.map(async (child) => {
      const wish = objects[child];
      return wish === undefined ? undefined : applyChild(application, child, wish);
    }),
  );
  // Every request has ended before anything is thrown: none may arrive after the next reconcile began.
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return results.flatMap((result) =>
    result.status === "fulfilled" && result.value !== undefined ? [result.value] : [],
  );
}

async function applyChild(
  application: Application,
  child: Child,
  wish: Wish,
): Promise<Verdict | undefined> {
  const { ports, observed, signal } = application;
  const informer = ports.caches[child] as unknown as Informer<KubeObject>;
  const { kind } = informer;
  const held = informer.cache.get(keyOf(wish.metadata));
  if (child === "secrets") {
    if (held !== undefined && !needsSecret(application, held, wish)) return undefined;
  } else if (held === undefined || !isApplied(held)) {
    const stranger = await adopted(application, child, wish);
    if (stranger !== undefined) return stranger;
  } else if (!isControlledBy(held, observed.server)) return taken(kind.kind, wish);
  if (child === "deployments" && held !== undefined) {
    await keepReplicas(ports.client, held, wish, signal);
  }
  try {
    const applied = await apply(ports.client, {
      kind,
      object: wish,
      manager: FIELD_MANAGER,
      live: child === "secrets" ? undefined : held,
      signal,
    });
    if (applied.outcome === "applied") informer.offer(applied.object);
    if (applied.outcome === "conflict") throw new ControllerError("conflict", applied.message);
    return undefined;
  } catch (error) {
    return refused(error, kind.kind, application);
  }
}

// Our fields of a Secret are not held, so that what is there is compared with what is wanted.
function needsSecret({ observed, contents }: Application, held: KubeObject, wish: Wish): boolean {
  // Somebody else's Secret is left as it is; the gateway reads it all the same.
  if (!isControlledBy(held, observed.server)) return false;
  const hasKey = contents.secrets.get(held.metadata.name ?? "")?.has(HMAC_KEY) === true;
  const has = (field: "labels" | "annotations") =>
    Object.entries(wish.metadata[field] ?? {}).every(
      ([name, value]) => held.metadata[field]?.[name] === value,
    );
  return !hasKey || !has("labels") || !has("annotations");
}

// An object of this name that the caches do not hold, or that we never applied, may be another operator's or anybody's.
async function adopted(
  { ports, observed, signal }: Application,
  child: Child,
  wish: Wish,
): Promise<Verdict | undefined> {
  const { kind } = ports.caches[child] as unknown as Informer<KubeObject>;
  const { namespace = "", name = "" } = wish.metadata;
  let there = await ports.client.get(kind, { namespace, name }, signal);
  if (there === undefined) return undefined;
  if (!isControlledBy(there, observed.server)) return taken(kind.kind, wish);
  if (child === "deployments" && (await keepReplicas(ports.client, there, wish, signal))) {
    there = (await ports.client.get(kind, { namespace, name }, signal)) ?? there;
  }
  await takeOver(ports.client, kind, { object: there, from: isForeignOperator }, signal);
  return undefined;
}

function taken(kind: string, { metadata }: Wish): Verdict {
  const message = `There is a ${kind} ${JSON.stringify(metadata.name)} already that does not belong to this VirtualMCPServer. Delete it, or rename the VirtualMCPServer.`;
  return hindered("ObjectsApplied", "NameTaken", message);
}

// What the API server refuses for its content, it refuses every time.
function refused(error: unknown, kind: string, { observed }: Application): Verdict {
  const code = error instanceof ControllerError ? error.code : undefined;
  if (!(error instanceof ControllerError) || (code !== "invalid" && code !== "bad-request"))
    throw error;
  const isPatched = kind === "Deployment" && observed.spec.podTemplateSpec !== undefined;
  return isPatched
    ? hindered("PodTemplateSpecValid", "InvalidPodTemplateSpec", error.message)
    : hindered("ObjectsApplied", "ObjectRefused", error.message);
}

async function removeChildren(
  { ports, observed, signal }: Application,
  children: readonly Child[],
): Promise<void> {
  for (const child of children) {
    const { cache, kind } = ports.caches[child] as unknown as Informer<KubeObject>;
    for (const object of cache.find("owner", keyOf(observed.server.metadata))) {
      if (isControlledBy(object, observed.server)) await remove(ports.client, kind, object, signal);
    }
  }
}
