import {
  type Informer,
  isControlledBy,
  keyOf,
  type KubeObject,
  remove,
} from "@headgate/controller";
import { type Application, applyChild, type Child } from "./apply-child.ts";
import type { Plan, PlannedObjects } from "./plan.ts";
import type { Verdict } from "./verdicts.ts";

/** What a gateway needs before it can start; all of it at once, then the rest. */
const FIRST = ["serviceAccounts", "roles", "roleBindings", "secrets", "configMaps"] as const;
const THEN = [
  "deployments",
  "services",
  "disruptionBudgets",
  "autoscalers",
  "networkPolicies",
] as const;

/** Makes the objects of a plan so, and takes away what it has no more; answers what only a person can repair. */
export async function applyPlan(
  application: Application,
  { stop, objects }: Pick<Plan, "stop" | "objects">,
): Promise<readonly Verdict[]> {
  if (stop) await removeChildren(application, ["deployments"]);
  if (objects === undefined) return [];
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
