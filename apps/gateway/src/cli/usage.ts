import { type Flag, type FlaggedCommand, flagsOf } from "./flags.ts";

/** Each command in one line. */
const COMMANDS = {
  serve: "run the gateway",
  validate: "check a configuration file, and say everything that is wrong with it",
  limits: "say which limits a request meets, and how much they let through",
  version: "print the version",
  help: "print this, or the flags of a command: headgate help serve",
} as const;

type CommandName = keyof typeof COMMANDS;

const FORMS: Readonly<Record<FlaggedCommand, readonly string[]>> = {
  serve: [
    "headgate serve --config FILE",
    "headgate serve --backend NAME=URL --backend NAME='COMMAND …'",
    "headgate serve --import FILE",
  ],
  validate: ["headgate validate --config FILE"],
  limits: ["headgate limits explain --config FILE --tool NAME [--user USER]"],
};

/** How a command is used, or the whole program; lines end with a line break. */
function usage(topic?: CommandName): string {
  if (topic !== undefined && isFlagged(topic)) return commandUsage(topic);
  const lines = [
    "headgate: many MCP servers behind one fair, fast endpoint",
    "",
    "Usage:",
    ...Object.values(FORMS).flatMap((forms) => forms.map((form) => `  ${form}`)),
    "",
    "Commands:",
    ...columns(Object.entries(COMMANDS)),
    "",
    "Flags of serve:",
    ...flagLines("serve"),
  ];
  return `${lines.join("\n")}\n`;
}

function isFlagged(topic: CommandName): topic is FlaggedCommand {
  return Object.hasOwn(FORMS, topic);
}

function commandUsage(command: FlaggedCommand): string {
  const lines = [
    `headgate ${command}: ${COMMANDS[command]}`,
    "",
    "Usage:",
    ...FORMS[command].map((form) => `  ${form}`),
    "",
    "Flags:",
    ...flagLines(command),
  ];
  return `${lines.join("\n")}\n`;
}

function flagLines(command: FlaggedCommand): string[] {
  return columns([
    ...flagsOf(command).map((flag): [string, string] => [flagForm(flag), flag.text]),
    ["-h, --help", "print this"],
  ]);
}

function flagForm({ name, short, value }: Flag): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? `    ${long}` : `-${short}, ${long}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** The names of the commands, in the order of the usage. */
function commandNames(): CommandName[] {
  return Object.keys(COMMANDS) as CommandName[];
}

/** Whether the word is the name of a command. */
function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

export { commandNames, isCommandName, usage, type CommandName };
