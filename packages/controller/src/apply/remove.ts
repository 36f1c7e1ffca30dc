import type { ApiClient, Deleted } from "../api/client.ts";
import type { Kind } from "../api/kind.ts";
import type { KubeObject } from "../api/object.ts";

/** Deletes exactly the object that was observed: another one of its name, made in the meantime, stays (`conflict`). */
export async function remove(
  client: Pick<ApiClient, "delete">,
  kind: Kind,
  observed: KubeObject,
  signal?: AbortSignal,
): Promise<Deleted> {
  const { name = "", namespace, uid, deletionTimestamp } = observed.metadata;
  if (deletionTimestamp !== undefined) return "deleted";
  return client.delete(kind, namespace === undefined ? { name } : { namespace, name }, {
    ...(uid === undefined ? {} : { uid }),
    ...(signal === undefined ? {} : { signal }),
  });
}
