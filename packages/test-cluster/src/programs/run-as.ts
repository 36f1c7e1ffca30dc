import { run, type RunOptions } from "../process/run.ts";

/** Runs kubectl or helm with a kubeconfig, beside which they keep what they learn of the cluster, not in the home of whoever runs the tests. */
export async function runAs(
  kubeconfig: string,
  program: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const own = [`KUBECONFIG=${kubeconfig}`, `KUBECACHEDIR=${kubeconfig}.cache`];
  return run("env", [...own, program, ...args], options);
}
