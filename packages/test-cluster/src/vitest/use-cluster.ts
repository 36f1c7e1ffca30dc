import { beforeAll, inject, test as everyTest, type TestAPI } from "vitest";
import { AuditLog } from "../control-plane/audit.ts";
import { importImage } from "../node/images.ts";
import { ClusterError } from "../problem.ts";
import { run, type RunOptions } from "../process/run.ts";
import type { ProgramName } from "../programs/release.ts";
import { runAs } from "../programs/run-as.ts";
import { ask } from "./broker.ts";
import { deleteDefinitions } from "./delete-definitions.ts";
import type { ClusterFacts, ClusterQuestion } from "./shared-clusters.ts";

declare module "vitest" {
  interface ProvidedContext {
    clusters: SharedClusters;
  }
}

/** What the global setup tells every test file. */
export interface SharedClusters {
  readonly socket: string;
  /** Why no Pod can run here; null when Pods can. */
  readonly nodeMissing: string | null;
  /** Whether somebody else runs the cluster, so that its API server is not ours to stop or to look into. */
  readonly external: boolean;
}

/** The cluster of a test run, as its files use it; several files share it one after the other. */
export interface Cluster {
  /** The path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Every write of anybody; only in `ownTest`. */
  readonly audit: AuditLog;
  /** An address of this machine on which Pods reach a server of the test; only in `ownTest`, with a node. */
  readonly hostAddress: string;
  /** Runs kubectl as administrator and answers what it printed; throws a ClusterError when it fails. */
  kubectl(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Applies objects, or a manifest in YAML. */
  apply(objects: string | readonly object[]): Promise<string>;
  /** Runs helm as administrator and answers what it printed; asked for with `helm: true`. */
  helm(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Deletes the CustomResourceDefinitions that a label selector matches, with their objects, whoever kept those. */
  deleteDefinitions(selector: string): Promise<void>;
  /** The path of a kubeconfig for somebody with only the rights that RBAC gives to these names; only in `ownTest`. */
  kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
  /** Puts the image in an archive on the node, under the name that it carries. */
  importImage(archive: string): Promise<void>;
  /** Ends the API server as a crash would; only in `ownTest`. */
  stopApiServer(): Promise<void>;
  /** Starts it again at the same address, and resolves when it is ready. */
  startApiServer(): Promise<void>;
}

/** The tests of a file that needs a cluster. */
export interface ClusterTests {
  /** Vitest's `test`, which skips where the cluster cannot be had. */
  readonly test: TestAPI;
  /** The same for what somebody else's cluster lets nobody do: read the audit log, stop the API server, be reached by Pods. */
  readonly ownTest: TestAPI;
  /** The cluster; only within tests and hooks. */
  readonly cluster: () => Cluster;
}

/** What a test file needs. */
export interface ClusterNeed extends ClusterQuestion {
  /** Whether it uses Helm, which has to be compiled first where it cannot be downloaded. */
  readonly helm?: boolean;
}

/** The first file of a run may wait until programs are compiled. */
const PATIENCE_MS = 3_600_000;

/** Gives a test file the run's cluster: with a node that runs Pods, or the control plane alone, which is a cluster of its own. */
export function useCluster({ node, helm = false }: ClusterNeed): ClusterTests {
  const { socket, nodeMissing, external } = inject("clusters");
  const skipped = everyTest.skip as TestAPI;
  const test = node && nodeMissing !== null ? skipped : everyTest;
  let current: Cluster | undefined;
  beforeAll(async () => {
    current = await connect(socket, { node }, helm);
  }, PATIENCE_MS);
  return {
    test,
    ownTest: external ? skipped : test,
    cluster() {
      if (current === undefined)
        throw new ClusterError("the cluster is there only within tests and hooks");
      return current;
    },
  };
}

async function connect(
  socket: string,
  question: ClusterQuestion,
  withHelm: boolean,
): Promise<Cluster> {
  const facts = await ask<ClusterFacts>(socket, "cluster", question);
  const { kubeconfig, auditLog, hostAddress } = facts;
  const program = (name: ProgramName) => ask<string>(socket, "program", name);
  const paths = {
    kubectl: await program("kubectl"),
    helm: withHelm ? await program("helm") : undefined,
  };
  const kubectl = (args: readonly string[], options?: RunOptions) =>
    runAs(kubeconfig, paths.kubectl, args, options);
  return {
    kubeconfig,
    get audit() {
      return new AuditLog(auditLog ?? notOurs());
    },
    get hostAddress() {
      return hostAddress ?? notOurs();
    },
    kubectl,
    apply: (objects) => kubectl(["apply", "-f", "-"], { input: manifestOf(objects) }),
    helm: (args, options) => runAs(kubeconfig, paths.helm ?? noHelm(), args, options),
    deleteDefinitions: (selector) => deleteDefinitions(kubectl, selector),
    kubeconfigFor: (user, groups = []) =>
      ask(socket, "kubeconfig-for", { ...question, user, groups }),
    importImage: (archive) => load(facts, archive),
    stopApiServer: () => ask(socket, "stop-api-server", question),
    startApiServer: () => ask(socket, "start-api-server", question),
  };
}

function notOurs(): never {
  throw new ClusterError("this cluster has no such thing: use `ownTest`");
}

function noHelm(): never {
  throw new ClusterError("Helm was not asked for: use `useCluster({ node, helm: true })`");
}

function manifestOf(objects: string | readonly object[]): string {
  if (typeof objects === "string") return objects;
  return JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
}

async function load({ images }: ClusterFacts, archive: string): Promise<void> {
  if (images === undefined) {
    throw new ClusterError(
      "this cluster has no way to take an image: set HEADGATE_TEST_IMAGE_LOADER to a command that is given the path of a Docker archive, `kind load image-archive` for example",
    );
  }
  if ("socket" in images) return importImage(images, archive);
  const [program = "", ...args] = images.command;
  await run(program, [...args, archive]);
}
