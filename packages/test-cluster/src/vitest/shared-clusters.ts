import { startCluster, type RunningCluster } from "../cluster.ts";
import type { ImageStore } from "../node/images.ts";
import { findProgram, type ProgramSource } from "../programs/programs.ts";
import type { ProgramName } from "../programs/release.ts";
import { serveBroker, type Broker } from "./broker.ts";

/** A cluster that somebody else runs. */
export interface ExternalCluster {
  readonly kubeconfig: string;
  /** A command that is given the path of an image archive and puts it on the nodes. */
  readonly imageLoader: string | undefined;
}

/** A command line that is given the path of an image archive and puts it on the nodes. */
export interface ImageLoader {
  readonly command: readonly string[];
}

/** What a test process needs to know of a cluster to work with it. */
export interface ClusterFacts {
  readonly kubeconfig: string;
  readonly auditLog: string | undefined;
  /** How images get to the nodes, if there is a way. */
  readonly images: ImageStore | ImageLoader | undefined;
  /** An address of this machine that Pods can reach. */
  readonly hostAddress: string | undefined;
}

/** Which of the clusters is meant. */
export interface ClusterQuestion {
  readonly node: boolean;
}

/** For whom a kubeconfig is wanted. */
interface UserQuestion extends ClusterQuestion {
  readonly user: string;
  readonly groups: readonly string[];
}

/** Serves clusters to all test files of a run: each kind is started when first asked for, and stopped at the end. */
export async function shareClusters(
  programs: ProgramSource,
  external: ExternalCluster | undefined,
): Promise<Broker> {
  const started = new Map<boolean, RunningCluster>();
  const running = async ({ node }: ClusterQuestion): Promise<RunningCluster> => {
    const known = started.get(node);
    if (known !== undefined) return known;
    const cluster = await startCluster({ programs, node });
    started.set(node, cluster);
    return cluster;
  };
  const broker = await serveBroker({
    async cluster(question) {
      if (external !== undefined) return factsOfExternal(external);
      return factsOf(await running(question as ClusterQuestion));
    },
    program: (question) => findProgram(question as ProgramName, programs),
    async "kubeconfig-for"(question) {
      const { user, groups, ...which } = question as UserQuestion;
      return (await running(which)).controlPlane.kubeconfigFor(user, groups);
    },
    async stop(question) {
      const { node } = question as ClusterQuestion;
      await started.get(node)?.stop();
      started.delete(node);
    },
    async "stop-api-server"(question) {
      await (await running(question as ClusterQuestion)).controlPlane.stopApiServer();
    },
    async "start-api-server"(question) {
      await (await running(question as ClusterQuestion)).controlPlane.startApiServer();
    },
  });
  return {
    socket: broker.socket,
    async close() {
      await broker.close();
      for (const cluster of started.values()) await cluster.stop();
    },
  };
}

function factsOf({ controlPlane, node, hostAddress }: RunningCluster): ClusterFacts {
  return {
    kubeconfig: controlPlane.kubeconfig,
    auditLog: controlPlane.audit.file,
    images: node?.images,
    hostAddress,
  };
}

function factsOfExternal({ kubeconfig, imageLoader }: ExternalCluster): ClusterFacts {
  return {
    kubeconfig,
    auditLog: undefined,
    images: imageLoader === undefined ? undefined : { command: imageLoader.split(" ") },
    hostAddress: undefined,
  };
}
