import type { Env, LoadedConfig, Problem } from "@headgate/gateway-config";
import { importIde } from "../config/import-ide.ts";
import { loadConfig, type LoadResult } from "../config/load.ts";
import { quickConfig } from "../config/quick.ts";
import type { ExplainLimitsCommand, ServeCommand, ValidateCommand } from "./command.ts";

/** What reading a configuration needs of the world. */
interface World {
  /** The text of a file; rejects with the error of the file system. */
  readonly readFile: (path: string) => Promise<string>;
  readonly env: Env;
}

/** A file that was read, for showing its lines. */
interface SourceFile {
  readonly name: string;
  readonly text: string;
}

type ConfigOutcome = LoadResult & { readonly file?: SourceFile };

/** The commands that read a configuration. */
type ReadingCommand = ServeCommand | ValidateCommand | ExplainLimitsCommand;

/** The configuration a command asks for, flags over file; never rejects. */
async function configOf(command: ReadingCommand, world: World): Promise<ConfigOutcome> {
  const outcome = await loaded(command, world);
  if (!outcome.ok || command.kind !== "serve") return outcome;
  return { ...outcome, config: withFlags(outcome.config, command) };
}

async function loaded(command: ReadingCommand, { readFile, env }: World): Promise<ConfigOutcome> {
  const source =
    command.kind === "serve" ? command.source : { kind: "file" as const, file: command.file };
  if (source.kind === "quick") return quickConfig(source, env);
  let text: string;
  try {
    text = await readFile(source.file);
  } catch (thrown) {
    return { ok: false, problems: [unreadable(source.file, thrown)] };
  }
  const result = source.kind === "file" ? loadConfig({ text, env }) : importIde({ text, env });
  return { ...result, file: { name: source.file, text } };
}

function withFlags(config: LoadedConfig, { sessionTtl, debug }: ServeCommand): LoadedConfig {
  const { operational, sessionStorage } = config;
  return {
    ...config,
    ...(sessionStorage !== undefined &&
      sessionTtl !== undefined && { sessionStorage: { ...sessionStorage, ttl: sessionTtl } }),
    operational: {
      ...operational,
      ...(debug && { logLevel: "debug" as const }),
      sessions: {
        ...operational.sessions,
        ...(sessionTtl !== undefined && { idleTimeout: sessionTtl }),
      },
    },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read by this user",
  EISDIR: "it is a directory",
};

function unreadable(path: string, thrown: unknown): Problem {
  const code = (thrown as { code?: unknown } | null)?.code;
  const reason = typeof code === "string" ? (REASONS[code] ?? code) : "reading it failed";
  return { path, message: `cannot be read: ${reason}` };
}

export { configOf, type ConfigOutcome, type SourceFile, type World };
