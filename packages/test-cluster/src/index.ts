export { startCluster, type ClusterOptions, type RunningCluster } from "./cluster.ts";
export { countWrites, type AuditLog, type Write } from "./control-plane/audit.ts";
export {
  startControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from "./control-plane/control-plane.ts";
export {
  writeNodeImage,
  writeProgramImage,
  type NodeImage,
  type ProgramImage,
} from "./image/node-image.ts";
export { importImage, type ImageStore } from "./node/images.ts";
export { openPassage, type Passage } from "./node/passage.ts";
export { ClusterError } from "./problem.ts";
export { programSource, findProgram, type ProgramSource } from "./programs/programs.ts";
