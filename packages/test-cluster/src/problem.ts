/** Why a cluster cannot be had, or what a program of it said when it failed; the message says what to do. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
}
