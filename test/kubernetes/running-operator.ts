import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../apps/operator/dist/main.js", import.meta.url));

/** The built operator as a process of its own, outside of the cluster. */
export interface RunningOperator {
  readonly logs: () => string;
  /** Sends SIGTERM and resolves with the exit code. */
  readonly stop: () => Promise<number | null>;
}

/** Starts the built operator for one namespace. */
export function startOperator(
  kubeconfig: string,
  namespace: string,
  env: Readonly<Record<string, string>>,
): RunningOperator {
  const flags = ["leader-elect=false", "metrics-bind-address=0", "health-probe-bind-address=0"];
  const child = spawn(process.execPath, [PROGRAM, ...flags.map((flag) => `--${flag}`)], {
    env: {
      ...process.env,
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: namespace,
      WATCH_NAMESPACE: namespace,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let logs = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (logs += text));
  }
  const exited = once(child, "exit");
  return {
    logs: () => logs,
    stop: async () => {
      if (child.exitCode === null) child.kill("SIGTERM");
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}
