import {
  type Applied,
  apply,
  type ApplyRequest,
  ControllerError,
  type Informer,
  isControlledBy,
  keyOf,
  type KubeObject,
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
import type { PlannedObjects } from "./plan.ts";
import { hindered, type Verdict } from "./verdicts.ts";

/** For which server objects are applied, and with what. */
export interface Application {
  readonly ports: Pick<Ports, "client" | "caches">;
  readonly observed: Observed;
  readonly contents: Contents;
  /** Told of the server's Secret when it was written, as the API server has it now. */
  readonly wroteSecret: (secret: KubeObject) => void;
  readonly signal: AbortSignal;
}

/** What is made for a server: the caches of its kinds. */
export type Child = keyof PlannedObjects & CacheName;

/** Makes one object so; answers what only a person can repair. */
export async function applyChild(
  application: Application,
  child: Child,
  wish: Wish,
): Promise<Verdict | undefined> {
  const { cache, kind } = informerOf(application, child);
  const held = cache.get(keyOf(wish.metadata));
  try {
    // What is not known of is most often not there; and if it is, it may be another operator's or anybody's.
    return held === undefined
      ? await makeChild(application, child, wish)
      : await keepChild(application, { child, wish, held });
  } catch (error) {
    return refused(error, kind.kind, application);
  }
}

async function makeChild(
  application: Application,
  child: Child,
  wish: Wish,
): Promise<Verdict | undefined> {
  const made = await send(application, child, { object: wish, onlyNew: true });
  if (made.outcome !== "conflict") return undefined;
  const stranger = await adopted(application, child, wish);
  if (stranger !== undefined) return stranger;
  return force(application, child, { object: wish });
}

async function keepChild(
  application: Application,
  { child, wish, held }: { readonly child: Child; readonly wish: Wish; readonly held: KubeObject },
): Promise<Verdict | undefined> {
  const { ports, observed, signal } = application;
  if (child === "secrets") {
    const isNeeded = needsSecret(application, held, wish);
    return isNeeded ? force(application, child, { object: wish }) : undefined;
  }
  if (!isApplied(held)) {
    const stranger = await adopted(application, child, wish);
    if (stranger !== undefined) return stranger;
  } else if (!isControlledBy(held, observed.server)) return taken(application, child, wish);
  if (child === "deployments") await keepReplicas(ports.client, held, wish, signal);
  return force(application, child, { object: wish, live: held });
}

type Sent = Pick<ApplyRequest<KubeObject>, "object" | "live" | "onlyNew">;

async function force(application: Application, child: Child, sent: Sent): Promise<undefined> {
  const applied = await send(application, child, sent);
  if (applied.outcome === "conflict") throw new ControllerError("conflict", applied.message);
}

async function send(
  application: Application,
  child: Child,
  sent: Sent,
): Promise<Applied<KubeObject>> {
  const { ports, signal, wroteSecret } = application;
  const { kind, offer } = informerOf(application, child);
  const applied = await apply(ports.client, { kind, manager: FIELD_MANAGER, signal, ...sent });
  if (applied.outcome !== "applied") return applied;
  if (child === "secrets") wroteSecret(applied.object);
  offer(applied.object);
  return applied;
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

/** Looks at an object that we never applied: another operator's is made ours, a stranger's is told. */
async function adopted(
  application: Application,
  child: Child,
  wish: Wish,
): Promise<Verdict | undefined> {
  const { ports, observed, signal } = application;
  const { kind } = informerOf(application, child);
  const { namespace = "", name = "" } = wish.metadata;
  let there = await ports.client.get(kind, { namespace, name }, signal);
  if (there === undefined) return undefined;
  if (child === "secrets") {
    // Its content is wanted, not replaced: it is read as soon as the caches know of it.
    throw new ControllerError("conflict", `The Secret ${name} was made just now.`);
  }
  if (!isControlledBy(there, observed.server)) return taken(application, child, wish);
  if (child === "deployments" && (await keepReplicas(ports.client, there, wish, signal))) {
    there = (await ports.client.get(kind, { namespace, name }, signal)) ?? there;
  }
  await takeOver(ports.client, kind, { object: there, from: isForeignOperator }, signal);
  return undefined;
}

function taken(application: Application, child: Child, { metadata }: Wish): Verdict {
  const { kind } = informerOf(application, child).kind;
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

function informerOf({ ports }: Pick<Application, "ports">, child: Child): Informer<KubeObject> {
  return ports.caches[child];
}
