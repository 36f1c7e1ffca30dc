import { checkOperational, Operational } from "@headgate/api";
import type { Problem } from "@headgate/gateway-config";
import { isLoopbackName } from "../http/host-policy.ts";
import { asked, type ConfigSource, type ParsedCommand, refused } from "./command.ts";
import type { ReadFlags } from "./read-flags.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 4483;

/** The flags of `serve` as a command. */
function serveCommand({ given, problems: before }: ReadFlags): ParsedCommand {
  const problems = [...before];
  const one = (flag: string): string | undefined => given.get(flag)?.[0];
  const source = sourceOf(given, problems);
  const host = one("host") ?? DEFAULT_HOST;
  const port = portOf(one("port"), problems);
  const sessionTtl = sessionTtlOf(one("session-ttl"), problems);
  const logFormat = logFormatOf(one("log-format"), problems);
  if (given.has("enable-audit")) {
    problems.push({
      path: "--enable-audit",
      message: "is not available yet: no events would be recorded",
    });
  }
  if (source !== undefined && source.kind !== "file" && !isLoopbackName(host)) {
    problems.push({
      path: "--host",
      message: "must be a loopback address without a configuration file, as everybody may call",
      hint: "use 127.0.0.1, or write a file and serve it with --config",
    });
  }
  if (source === undefined || port === undefined || problems.length > 0) return refused(problems);
  return asked({
    kind: "serve",
    source,
    host: host === "" ? DEFAULT_HOST : host,
    port,
    debug: given.has("debug"),
    ...(sessionTtl !== undefined && { sessionTtl }),
    ...(logFormat !== undefined && { logFormat }),
  });
}

function sourceOf(given: ReadFlags["given"], problems: Problem[]): ConfigSource | undefined {
  const chosen = ["config", "backend", "import"].filter((flag) => given.has(flag));
  if (chosen.length !== 1) {
    problems.push({
      path: "serve",
      message:
        chosen.length === 0
          ? "needs one of --config FILE, --backend NAME=TARGET and --import FILE"
          : `takes one of ${chosen.map((flag) => `--${flag}`).join(" and ")}, not both`,
    });
    return undefined;
  }
  const headers = given.get("header") ?? [];
  if (headers.length > 0 && chosen[0] !== "backend") {
    problems.push({ path: "--header", message: "goes with --backend; a file has its own headers" });
  }
  const file = given.get(chosen[0] ?? "")?.[0] ?? "";
  if (chosen[0] === "backend")
    return { kind: "quick", backends: given.get("backend") ?? [], headers };
  return { kind: chosen[0] === "import" ? "import" : "file", file };
}

function portOf(text: string | undefined, problems: Problem[]): number | undefined {
  if (text === undefined) return DEFAULT_PORT;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  problems.push({ path: "--port", message: "must be a whole number from 0 to 65535" });
  return undefined;
}

function sessionTtlOf(text: string | undefined, problems: Problem[]): string | undefined {
  // 0 stands for the default, as in ToolHive.
  if (text === undefined || /^0[a-z]*$/.test(text)) return undefined;
  const operational = Operational.safeParse({ sessions: { idleTimeout: text } });
  const found = operational.success
    ? checkOperational(operational.data)
    : operational.error.issues.slice(0, 1);
  problems.push(...found.map(({ message }) => ({ path: "--session-ttl", message })));
  return found.length === 0 ? text : undefined;
}

function logFormatOf(text: string | undefined, problems: Problem[]): "json" | "pretty" | undefined {
  if (text === undefined || text === "json" || text === "pretty") return text;
  problems.push({ path: "--log-format", message: "must be json or pretty" });
  return undefined;
}

export { serveCommand };
