// A cluster by hand: `node packages/test-cluster/src/main.ts [--node]`, until Ctrl-C.
import { startCluster } from "./cluster.ts";
import { programSource } from "./programs/programs.ts";

const print = (line: string) => process.stdout.write(`${line}\n`);
const programs = programSource(process.env, print);
const cluster = await startCluster({ programs, node: process.argv.includes("--node") });
const { kubeconfig, folder } = cluster.controlPlane;
print(`export KUBECONFIG=${kubeconfig}\n# its logs are in ${folder}; Ctrl-C stops it`);
const stay = setInterval(() => undefined, 2 ** 30);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    clearInterval(stay);
    void cluster.stop();
  });
}
