/** The commands that take flags. */
type FlaggedCommand = "serve" | "validate" | "limits";

/** One flag, as it is parsed and as the usage shows it. */
interface Flag {
  readonly name: string;
  readonly short?: string;
  /** What its value is called in the usage; a flag without it takes none. */
  readonly value?: string;
  /** Whether it may be given more than once. */
  readonly multiple?: boolean;
  readonly commands: readonly FlaggedCommand[];
  /** One line for the usage. */
  readonly text: string;
}

/** Every flag there is. */
const FLAGS = [
  {
    name: "config",
    short: "c",
    value: "FILE",
    commands: ["serve", "validate", "limits"],
    text: "configuration file (YAML or JSON)",
  },
  {
    name: "backend",
    value: "NAME=TARGET",
    multiple: true,
    commands: ["serve"],
    text: "a backend, in place of a file: a URL, or a command in quotes; may be repeated",
  },
  {
    name: "tool",
    value: "NAME",
    commands: ["limits"],
    text: "the tool that is called, by the name clients use",
  },
  {
    name: "method",
    value: "METHOD",
    commands: ["limits"],
    text: "another method than tools/call, such as prompts/get or tools/list",
  },
  {
    name: "name",
    value: "NAME",
    commands: ["limits"],
    text: "what another method is about: the name of a prompt, or the URI of a resource",
  },
  {
    name: "backend",
    value: "NAME",
    commands: ["limits"],
    text: "the backend that answers",
  },
  {
    name: "user",
    value: "USER",
    commands: ["limits"],
    text: "who calls: any text that stands for a user",
  },
  {
    name: "header",
    value: "NAME:K=V",
    multiple: true,
    commands: ["serve"],
    text: "a header for the backend NAME; ${VARIABLE} in V is replaced; may be repeated",
  },
  {
    name: "import",
    value: "FILE",
    commands: ["serve"],
    text: "the mcpServers JSON of an IDE, in place of a file of our own",
  },
  {
    name: "host",
    value: "ADDRESS",
    commands: ["serve"],
    text: "address to listen on (127.0.0.1)",
  },
  {
    name: "port",
    value: "PORT",
    commands: ["serve"],
    text: "port to listen on (4483); 0 for any free one",
  },
  {
    name: "session-ttl",
    value: "DURATION",
    commands: ["serve"],
    text: "time after which an idle session ends, such as 30m; in place of the file's",
  },
  {
    name: "log-format",
    value: "FORMAT",
    commands: ["serve"],
    text: "json or pretty; pretty on a terminal, json elsewhere",
  },
  { name: "debug", commands: ["serve"], text: "log more" },
  {
    name: "enable-audit",
    commands: ["serve"],
    text: "not available yet, and refused",
  },
] as const satisfies readonly Flag[];

/** The flags that a command takes. */
function flagsOf(command: FlaggedCommand): readonly Flag[] {
  const all: readonly Flag[] = FLAGS;
  return all.filter((flag) => flag.commands.includes(command));
}

export { flagsOf, type Flag, type FlaggedCommand };
