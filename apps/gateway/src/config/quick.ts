import { checkConfig, type Env, type Problem } from "@headgate/gateway-config";
import { commandWords } from "./command-words.ts";
import { type LoadResult, loadResult } from "./load.ts";
import { type BackendInput, customaryTransport, localConfig } from "./local-config.ts";

/** What the command line says of backends, each text as it was given. */
interface QuickOptions {
  /** `name=URL` or `name=command and arguments`. */
  readonly backends: readonly string[];
  /** `name:Header=value`. */
  readonly headers: readonly string[];
}

type Outcome<Value> = { readonly ok: true; readonly value: Value } | Refused;
interface Refused {
  readonly ok: false;
  readonly problem: Problem;
}

/** The configuration that `--backend` and `--header` ask for, or everything that is wrong with them. */
function quickConfig({ backends, headers }: QuickOptions, env: Env): LoadResult {
  const read = backends.map((text, index) => quickBackend(text, index));
  const named = read.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
  const added = headers.map((text, index) => quickHeader(text, index, named));
  const problems = [...read, ...added].flatMap((outcome) => (outcome.ok ? [] : [outcome.problem]));
  if (problems.length > 0) return { ok: false, problems };
  const headersOf = added.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
  const complete = named.map((backend) => withHeaders(backend, headersOf));
  const { config, findings } = checkConfig(localConfig("headgate", complete), env);
  return loadResult(config, findings);
}

function quickBackend(text: string, index: number): Outcome<BackendInput> {
  const path = `--backend[${index}]`;
  const [, name, target] = /^([\w.-]+)=\s*([\s\S]*\S)\s*$/.exec(text) ?? [];
  if (name === undefined || target === undefined) {
    return refused(path, "must be name=URL or name='command and arguments'", {
      hint: "such as --backend 'files=npx -y @modelcontextprotocol/server-filesystem .'",
    });
  }
  if (/^https?:\/\//i.test(target)) {
    return { ok: true, value: { name, url: target, transport: customaryTransport(target) } };
  }
  const split = commandWords(target);
  if (!split.ok) return refused(path, split.problem);
  const [command = "", ...args] = split.words;
  if (command === "") return refused(path, "has an empty command");
  return { ok: true, value: { name, transport: "stdio", command, args } };
}

interface QuickHeader {
  readonly backend: string;
  readonly header: readonly [string, string];
}

// The text of a header may be a secret, so that problems do not quote it.
function quickHeader(
  text: string,
  index: number,
  backends: readonly BackendInput[],
): Outcome<QuickHeader> {
  const path = `--header[${index}]`;
  const [, name, header, value] = /^([\w.-]+):\s*([^=\s]+)\s*=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || header === undefined || value === undefined) {
    return refused(path, "must be name:Header=value", {
      hint: "such as --header 'github:Authorization=Bearer ${GITHUB_TOKEN}'",
    });
  }
  const backend = backends.find((candidate) => candidate.name === name);
  if (backend === undefined) {
    return refused(path, `is for ${name}, which no --backend names`);
  }
  if (backend.transport === "stdio") {
    return refused(path, `is for ${name}, which is a command and takes no headers`, {
      hint: "write a configuration file, where `env` of the backend gives a command its secrets",
    });
  }
  return { ok: true, value: { backend: name, header: [header, value.trim()] } };
}

function withHeaders(backend: BackendInput, headers: readonly QuickHeader[]): BackendInput {
  const own = headers.filter(({ backend: name }) => name === backend.name);
  if (own.length === 0) return backend;
  return { ...backend, headers: Object.fromEntries(own.map(({ header }) => header)) };
}

function refused(path: string, message: string, about: { readonly hint?: string } = {}): Refused {
  return { ok: false, problem: { path, message, ...about } };
}

export { quickConfig, type QuickOptions };
