import type { Problem } from "@headgate/gateway-config";
import type { LimitedRequest } from "../limits/limit.ts";
import type { CommandName } from "./usage.ts";

/** Where the configuration of a gateway comes from. */
type ConfigSource =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "import"; readonly file: string }
  | {
      readonly kind: "quick";
      readonly backends: readonly string[];
      readonly headers: readonly string[];
    };

/** To run a gateway. */
interface ServeCommand {
  readonly kind: "serve";
  readonly source: ConfigSource;
  readonly host: string;
  /** 0 asks for any free port. */
  readonly port: number;
  /** A duration in place of `operational.sessions.idleTimeout`. */
  readonly sessionTtl?: string;
  readonly debug: boolean;
  /** Left to the main program when not given: pretty on a terminal. */
  readonly logFormat?: "json" | "pretty";
}

/** To check a configuration file. */
interface ValidateCommand {
  readonly kind: "validate";
  readonly file: string;
}

/** To tell which limits a request meets. */
interface ExplainLimitsCommand {
  readonly kind: "explain-limits";
  readonly file: string;
  readonly request: LimitedRequest;
  /** Any text that stands for a user. */
  readonly user?: string;
}

/** What a command line asks for. */
type Command =
  | ServeCommand
  | ValidateCommand
  | ExplainLimitsCommand
  | { readonly kind: "version" }
  | { readonly kind: "help"; readonly topic?: CommandName };

/** What a command line asks for, or everything that is wrong with it. */
type ParsedCommand =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly problems: readonly Problem[] };

function asked(command: Command): ParsedCommand {
  return { ok: true, command };
}

function refused(problems: readonly Problem[]): ParsedCommand {
  return { ok: false, problems };
}

export {
  asked,
  refused,
  type Command,
  type ConfigSource,
  type ExplainLimitsCommand,
  type ParsedCommand,
  type ServeCommand,
  type ValidateCommand,
};
