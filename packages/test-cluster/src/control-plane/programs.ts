import { findProgram, type ProgramSource } from "../programs/programs.ts";

/** The paths of the programs of a control plane. */
export interface ControlPlanePrograms {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly kubectl: string;
}

/** Finds every program of a control plane; takes minutes where they have to be compiled. */
export async function findControlPlane(source: ProgramSource): Promise<ControlPlanePrograms> {
  return {
    etcd: await findProgram("etcd", source),
    apiServer: await findProgram("kube-apiserver", source),
    controllerManager: await findProgram("kube-controller-manager", source),
    scheduler: await findProgram("kube-scheduler", source),
    kubectl: await findProgram("kubectl", source),
  };
}
