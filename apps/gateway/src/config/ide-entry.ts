import { error, type Finding, type Path, warning } from "@headgate/gateway-config";
import * as z from "zod";
import { type BackendInput, customaryTransport } from "./local-config.ts";

/** One server as the files of IDEs describe it; what else stands there is for the IDE itself. */
const IdeEntry = z.looseObject({
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  cwd: z.string().optional(),
  url: z.string().optional(),
  /** Other names of the address, after their editors: Gemini CLI and Windsurf. */
  httpUrl: z.string().optional(),
  serverUrl: z.string().optional(),
  type: z.string().optional(),
  transport: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  disabled: z.boolean().optional(),
});
type IdeEntry = z.infer<typeof IdeEntry>;

/** What an entry becomes: a backend, or nothing, with what there is to say about it. */
interface ImportedEntry {
  readonly backend?: BackendInput;
  readonly findings: readonly Finding[];
}

/** Keys that ask for something a gateway would have to do and does not. */
const UNSUPPORTED = ["envFile", "headersHelper", "oauth", "auth"];

const TRANSPORTS: Readonly<Record<string, "sse" | "streamable-http" | "stdio">> = {
  stdio: "stdio",
  local: "stdio",
  sse: "sse",
  http: "streamable-http",
  streamable: "streamable-http",
  "streamable-http": "streamable-http",
  streamablehttp: "streamable-http",
  streamable_http: "streamable-http",
  remote: "streamable-http",
};

/** The backend that an entry at this place describes. */
function importedEntry(name: string, entry: IdeEntry, path: Path): ImportedEntry {
  if (entry.disabled === true) {
    return { findings: [warning(path, "is disabled, and left out", { at: "key" })] };
  }
  const unsupported = UNSUPPORTED.filter((key) => entry[key] !== undefined).map((key) =>
    error([...path, key], "is not understood here", {
      at: "key",
      hint: "put what it gives into `env` or `headers`, as a value or as ${NAME} of a variable",
    }),
  );
  const imported =
    entry.command === undefined ? remote(name, entry, path) : child(name, entry, path);
  return { ...imported, findings: [...unsupported, ...imported.findings] };
}

function child(name: string, entry: IdeEntry, path: Path): ImportedEntry {
  const { command, args, env, cwd } = entry;
  if (addressOf(entry) !== undefined) {
    return { findings: [error(path, "has a command and an address; keep one of them")] };
  }
  const backend = {
    name,
    transport: "stdio" as const,
    ...(command !== undefined && { command }),
    ...(args !== undefined && { args: args.map(ownReferences) }),
    ...(env !== undefined && { env: mapped(env) }),
    ...(cwd !== undefined && { cwd }),
  };
  return { backend, findings: [] };
}

function remote(name: string, entry: IdeEntry, path: Path): ImportedEntry {
  const address = addressOf(entry);
  if (address === undefined) return { findings: [error(path, "has neither a command nor a url")] };
  const url = ownReferences(address);
  const key = entry.type === undefined ? "transport" : "type";
  const said = entry[key];
  const transport = said === undefined ? customaryTransport(url) : TRANSPORTS[said.toLowerCase()];
  if (transport === undefined || transport === "stdio") {
    return { findings: [error([...path, key], "must be http, streamable-http or sse for a url")] };
  }
  const { headers } = entry;
  const backend = {
    name,
    transport,
    url,
    ...(headers !== undefined && { headers: mapped(headers) }),
  };
  return { backend, findings: [] };
}

function addressOf({ url, httpUrl, serverUrl }: IdeEntry): string | undefined {
  return httpUrl ?? url ?? serverUrl;
}

function mapped(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, ownReferences(text)]));
}

// VS Code and Cursor write `${env:NAME}` for what is `${NAME}` here.
function ownReferences(text: string): string {
  return text.replaceAll("${env:", "${");
}

export { IdeEntry, importedEntry, type ImportedEntry };
