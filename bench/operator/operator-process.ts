import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../apps/operator/dist/main.js", import.meta.url));

/** The built operator as a process of its own, outside of the cluster. */
export interface OperatorProcess {
  readonly pid: number;
  /** Ends it and resolves when it is gone. */
  stop(): Promise<void>;
}

/** What the operator is told beside its namespace. */
export interface OperatorAsk {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly image: string;
}

/** Starts the built operator, leader election included, and resolves when its caches are full. */
export async function startOperator(ask: OperatorAsk): Promise<OperatorProcess> {
  const listeners = ["--metrics-bind-address=0", "--health-probe-bind-address=0"];
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...listeners], {
    env: {
      ...inherited,
      NODE_ENV: "production",
      KUBECONFIG: ask.kubeconfig,
      POD_NAMESPACE: ask.namespace,
      VMCP_IMAGE: ask.image,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await exited;
  };
  await new Promise<void>((resolve, reject) => {
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-100_000);
        if (said.includes("every cache is full")) resolve();
      });
    }
    child.once("exit", () => reject(new Error(`The operator ended: ${said}`)));
  });
  return { pid: child.pid ?? Number.NaN, stop };
}
