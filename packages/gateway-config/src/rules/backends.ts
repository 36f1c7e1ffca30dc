import type { Backend, GatewayConfigInput } from "@headgate/api";
import type * as z from "zod";
import { isMapping } from "../places.ts";
import { error, type Finding, type Path, warning } from "../problem.ts";
import type { Draft } from "../salvage.ts";
import { certificatePathRule } from "./certificate-path.ts";
import { addedHeaders } from "./headers.ts";

type BackendDraft = Draft<z.input<typeof Backend>>;

const MAX_NAME_LENGTH = 253;

/** What is wrong with the backends, beyond the forms of their values. */
function backendRules({ backends = [] }: Draft<GatewayConfigInput>): Finding[] {
  if (backends.length === 0) {
    return [warning(["backends"], "names no MCP server, so the gateway has nothing to offer")];
  }
  const first = new Map<string, number>();
  return backends.flatMap((backend, index) => {
    if (backend === undefined) return [];
    const path = ["backends", index];
    const { name } = backend;
    const earlier = name === undefined ? undefined : first.get(name);
    if (name !== undefined && earlier === undefined) first.set(name, index);
    const repeated =
      earlier === undefined
        ? []
        : [
            error(
              [...path, "name"],
              `is the name of backends[${earlier}] as well; names are unique`,
            ),
          ];
    return [...repeated, ...backendRule(backend, path)];
  });
}

function backendRule(backend: BackendDraft, path: Path): Finding[] {
  return [
    ...nameRule(backend.name, [...path, "name"]),
    ...urlRule(backend.url, [...path, "url"]),
    ...bundleRule(backend, [...path, "caBundlePath"]),
    ...processRule(backend, path),
    ...addedHeaders(backend.headers, [...path, "headers"]),
  ];
}

function nameRule(name: string | undefined, path: Path): Finding[] {
  if (name === undefined) return [];
  if (name === "") return [error(path, "must not be empty")];
  if (name.length > MAX_NAME_LENGTH) {
    return [error(path, `must have at most ${MAX_NAME_LENGTH} characters`)];
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
    return [error(path, "must have no line breaks or control characters")];
  }
  if (/^[\w.-]+$/.test(name)) return [];
  return [
    warning(
      path,
      "has characters other than letters, digits, _, - and ., which some clients refuse in names of tools",
    ),
  ];
}

function urlRule(text: string | undefined, path: Path): Finding[] {
  if (text === undefined || !/^https?:\/\//.test(text)) return [];
  const url = URL.parse(text);
  if (url === null) return [error(path, "is not a valid URL")];
  if (url.username !== "" || url.password !== "") {
    return [
      error(path, "must not hold credentials, as addresses are logged", {
        hint: "use `header_injection` in outgoingAuth.backends with headerValueEnv",
      }),
    ];
  }
  if (url.hash !== "") return [error(path, "must not have a fragment (#…)")];
  return [];
}

function bundleRule({ caBundlePath, type }: BackendDraft, path: Path): Finding[] {
  if (caBundlePath === undefined) return [];
  if (type !== "entry") return [error(path, "may only be set for `type: entry`", { at: "key" })];
  return certificatePathRule(caBundlePath, path);
}

// A NUL would end the text early in the operating system, which therefore refuses it when the child is started.
function processRule({ command, args = [], env, cwd }: BackendDraft, path: Path): Finding[] {
  const texts: [Path, unknown][] = [
    [["command"], command],
    [["cwd"], cwd],
    ...args.map((argument, index): [Path, unknown] => [["args", index], argument]),
    ...Object.entries(isMapping(env) ? env : {}).map(([name, value]): [Path, unknown] => [
      ["env", name],
      value,
    ]),
  ];
  const withNul = texts.filter(([, text]) => typeof text === "string" && text.includes("\0"));
  const misnamed = Object.keys(isMapping(env) ? env : {}).filter(
    (name) => name === "" || /[=\0]/.test(name),
  );
  return [
    ...withNul.map(([place]) => error([...path, ...place], "must not have a NUL character")),
    ...misnamed.map((name) =>
      error([...path, "env", name], "is not the name of a variable: it is empty or has =", {
        at: "key",
      }),
    ),
  ];
}

export { backendRules };
