import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "../problem.ts";
import { run } from "../process/run.ts";

/** How the images of a node are reached. */
export interface ImageStore {
  /** The path of containerd's client. */
  readonly ctr: string;
  readonly socket: string;
}

/** Imports the image in an archive and resolves when kubelet can see it, so that no Pod finds it missing. */
export async function importImage(store: ImageStore, archive: string): Promise<void> {
  const client = ["--address", store.socket, "--namespace", "k8s.io", "images"];
  await run(store.ctr, [...client, "import", archive]);
  const deadlineMs = performance.now() + 10_000;
  const names = async (...filter: readonly string[]) =>
    (await run(store.ctr, [...client, "list", "--quiet", ...filter])).split("\n").filter(Boolean);
  // containerd tells its Kubernetes side about a new image a moment later, which then labels it.
  const seen = `labels."io.cri-containerd.image"==managed`;
  while ((await names()).length !== (await names(seen)).length) {
    if (performance.now() > deadlineMs)
      throw new ClusterError(`${archive} was imported, but kubelet cannot see it`);
    await sleep(50);
  }
}
