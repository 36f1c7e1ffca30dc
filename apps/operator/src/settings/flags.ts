import { parseArgs } from "node:util";

/** What the operator is told on its command line. */
export interface Flags {
  /** Whether it waits to be the only one that acts. */
  readonly leaderElect: boolean;
  readonly metricsAddress: Address | undefined;
  readonly healthAddress: Address | undefined;
}

/** Where something listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What a command line comes to, or the sentence that says what is wrong with it. */
export type ParsedFlags =
  | { readonly ok: true; readonly flags: Flags }
  | { readonly ok: false; readonly problem: string };

const OPTIONS = {
  "leader-elect": { type: "string", default: "true" },
  "metrics-bind-address": { type: "string", default: ":8080" },
  "health-probe-bind-address": { type: "string", default: ":8081" },
} as const;

/** Reads the command line; `--leader-elect` alone means true. */
export function flagsFrom(args: readonly string[]): ParsedFlags {
  const given = args.map((arg) => (arg === "--leader-elect" ? "--leader-elect=true" : arg));
  try {
    const { values } = parseArgs({ args: given, options: OPTIONS });
    if (!["true", "false"].includes(values["leader-elect"])) {
      return { ok: false, problem: "--leader-elect must be true or false" };
    }
    return {
      ok: true,
      flags: {
        leaderElect: values["leader-elect"] === "true",
        metricsAddress: addressOf(values["metrics-bind-address"]),
        healthAddress: addressOf(values["health-probe-bind-address"]),
      },
    };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

// `:8080` and `127.0.0.1:8080`, as in Go; `0` turns it off.
function addressOf(text: string): Address | undefined {
  if (text === "0" || text === "") return undefined;
  const [, host = "", port = ""] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  if (port === "" || Number(port) > 65_535) {
    throw new RangeError(`${text} is not an address: write :8080, 127.0.0.1:8080, or 0 for none`);
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}
