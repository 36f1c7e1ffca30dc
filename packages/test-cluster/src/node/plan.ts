/**
 * The names and addresses of the node, of which a machine has one at a time.
 * The addresses are from the range set aside for benchmarks (RFC 2544): no real network has them.
 */
export const plan = {
  nodeName: "headgate-test",
  /** A bridge without ports, for an address that only this machine and its Pods can reach. */
  interfaceName: "headgate-test",
  address: "198.18.255.1",
  podCidr: "198.18.0.0/24",
  serviceCidr: "198.19.0.0/24",
  clusterDomain: "cluster.local",
  /** Where kubelet puts the Pods among the control groups. */
  cgroup: "kubepods",
  pauseImage: "headgate.test/pause:1",
} as const;
