import { startControlPlane, type ControlPlane } from "./control-plane/control-plane.ts";
import { takeMachine } from "./node/machine.ts";
import { startNode, type Node } from "./node/node.ts";
import { nodePrograms } from "./node/packages.ts";
import { plan } from "./node/plan.ts";
import { findProgram, type ProgramSource } from "./programs/programs.ts";
import { programNames } from "./programs/release.ts";

/** A control plane, with the node that Pods run on if there is one. */
export interface RunningCluster {
  readonly controlPlane: ControlPlane;
  readonly node: Node | undefined;
  /** An address of this machine that Pods can reach. */
  readonly hostAddress: string | undefined;
  /** Stops everything and puts back what was changed on the machine. */
  stop(): Promise<void>;
}

/** What to start, and from where. */
export interface ClusterOptions {
  readonly programs: ProgramSource;
  /** Whether Pods run, which takes root on Linux; else the control plane is alone, on loopback. */
  readonly node: boolean;
}

/** Starts a cluster and resolves when it can be used: in about 3 s, with a node in about 8 s. */
export async function startCluster({ programs, node }: ClusterOptions): Promise<RunningCluster> {
  if (node) return startWithNode(programs);
  const controlPlane = await startControlPlane({ programs });
  const stop = () => controlPlane.stop();
  return { controlPlane, node: undefined, hostAddress: undefined, stop };
}

async function startWithNode(programs: ProgramSource): Promise<RunningCluster> {
  // What takes minutes comes before the machine is taken from others; and what is installed is not put back.
  await nodePrograms(programs.report);
  for (const name of programNames) if (name !== "helm") await findProgram(name, programs);
  const machine = await takeMachine(programs.report);
  let controlPlane: ControlPlane | undefined;
  try {
    const { address, serviceCidr } = plan;
    controlPlane = await startControlPlane({ programs, address, serviceCidr });
    const node = await startNode({ programs, controlPlane, folder: machine.folder });
    const parts = [node, controlPlane];
    const stop = async () => {
      for (const part of parts) await part.stop();
      await machine.putBack();
    };
    return { controlPlane, node, hostAddress: address, stop };
  } catch (error) {
    await controlPlane?.stop();
    await machine.putBack();
    throw error;
  }
}
