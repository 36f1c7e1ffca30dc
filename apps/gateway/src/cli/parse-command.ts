import { nearest, type Problem } from "@headgate/gateway-config";
import { asked, type ParsedCommand, refused } from "./command.ts";
import { type FlaggedCommand, flagsOf } from "./flags.ts";
import { limitsCommand } from "./limits-command.ts";
import { type ReadFlags, readFlags } from "./read-flags.ts";
import { serveCommand } from "./serve-command.ts";
import { commandNames, isCommandName } from "./usage.ts";

/** Reads the arguments of the program (without node and the script); every mistake is told at once. */
function parseCommand(argv: readonly string[]): ParsedCommand {
  const [first, ...rest] = argv;
  if (first === undefined || first === "-h" || first === "--help") return asked({ kind: "help" });
  if (first === "--version") return asked({ kind: "version" });
  if (!isCommandName(first)) return refused([unknownCommand(first)]);
  if (first === "help") return help(rest[0]);
  if (first === "version") return asked({ kind: "version" });
  if (rest.includes("--help") || rest.includes("-h")) return help(first);
  if (first === "limits") return limitsCommand(readFlags(rest, flagsOf(first)));
  return first === "validate" ? validate(read(first, rest)) : serveCommand(read(first, rest));
}

function help(topic: string | undefined): ParsedCommand {
  if (topic === undefined) return asked({ kind: "help" });
  return isCommandName(topic) ? asked({ kind: "help", topic }) : refused([unknownCommand(topic)]);
}

function read(command: FlaggedCommand, args: readonly string[]): ReadFlags {
  const result = readFlags(args, flagsOf(command));
  const stray = result.words.map((word) => ({
    path: word,
    message: "is not expected here",
    hint: "put text with spaces in quotes; see headgate help",
  }));
  return { ...result, problems: [...result.problems, ...stray] };
}

function validate({ given, problems }: ReadFlags): ParsedCommand {
  const file = given.get("config")?.[0];
  if (problems.length > 0) return refused(problems);
  if (file !== undefined) return asked({ kind: "validate", file });
  return refused([{ path: "--config", message: "is missing: headgate validate --config FILE" }]);
}

function unknownCommand(word: string): Problem {
  const near = nearest(word, commandNames());
  return {
    path: word,
    message: word.startsWith("-") ? "must come after a command" : "is not a command",
    hint: near === undefined ? `commands: ${commandNames().join(", ")}` : `did you mean ${near}?`,
  };
}

export { parseCommand };
