import {
  applyStatus,
  type ApiClient,
  ControllerError,
  type Informer,
  type KubeObject,
  type Wanted,
} from "@headgate/controller";
import { FIELD_MANAGER } from "../cluster/field-manager.ts";

/** Where a status is written, and onto what. */
export interface StatusWrite<T extends KubeObject> {
  readonly client: Pick<ApiClient, "patch">;
  readonly informer: Pick<Informer<T>, "kind" | "offer">;
  /** The object as it was looked at, with our managed fields. */
  readonly live: T;
  /** The whole status: what is not in it and was ours is taken away. */
  readonly status: unknown;
  readonly signal: AbortSignal;
}

/** Writes the status of an object unless it is so already. An object that is gone needs none; another of its name is left alone. */
export async function writeStatus<T extends KubeObject>(write: StatusWrite<T>): Promise<void> {
  const { client, informer, live, status, signal } = write;
  const { name, namespace, uid } = live.metadata;
  const metadata = { name, namespace, uid } as KubeObject["metadata"];
  const applied = await applyStatus(client, {
    kind: informer.kind,
    object: { metadata, status } as unknown as Wanted<T>,
    manager: FIELD_MANAGER,
    live,
    signal,
  });
  if (applied.outcome === "applied") informer.offer(applied.object);
  if (applied.outcome === "conflict") {
    throw new ControllerError("conflict", `The status was not written: ${applied.message}`);
  }
}
