import {
  checkConfig,
  type Env,
  error,
  type Finding,
  isMapping,
  type Path,
  readAs,
  valueAt,
} from "@headgate/gateway-config";
import * as z from "zod";
import { IdeEntry, importedEntry } from "./ide-entry.ts";
import { withoutJsonComments } from "./json-comments.ts";
import { type LoadResult, loadResult } from "./load.ts";
import { type BackendInput, localConfig } from "./local-config.ts";
import { parseYaml } from "./parse-yaml.ts";

/** Where IDEs keep their servers: Claude, Cursor and most others; VS Code; VS Code's settings. */
const PLACES: readonly Path[] = [["mcpServers"], ["servers"], ["mcp", "servers"]];

/**
 * The configuration that puts the servers of an IDE's JSON file (comments allowed) behind one
 * gateway, or everything that is wrong with it, with places in that file.
 */
function importIde({ text, env }: { readonly text: string; readonly env: Env }): LoadResult {
  const json = parseYaml(withoutJsonComments(text));
  if (!json.ok) return { ok: false, problems: json.problems };
  const { value, source } = json.document;
  const place = PLACES.find((path) => isMapping(valueAt(value, path)));
  if (place === undefined) {
    const hint = 'it is to look like {"mcpServers": {"name": {"command": "npx", "args": []}}}';
    return loadResult(undefined, [error([], "has no mcpServers", { hint })], source);
  }
  const read = readAs(z.record(z.string(), IdeEntry), valueAt(value, place), (path) =>
    source.plainText([...place, ...path]),
  );
  if (!read.ok) {
    const findings = read.findings.map((finding) => moved(finding, place));
    return loadResult(undefined, findings, source);
  }
  const { config, findings } = configOfEntries(read.parsed, place, env);
  return loadResult(config, findings, source);
}

function configOfEntries(
  entries: Readonly<Record<string, IdeEntry>>,
  place: Path,
  env: Env,
): ReturnType<typeof checkConfig> {
  const backends: BackendInput[] = [];
  const origins: Path[] = [];
  const findings: Finding[] = [];
  const taken = new Set<string>();
  for (const [given, entry] of Object.entries(entries)) {
    const origin = [...place, given];
    const imported = importedEntry(validName(given, taken), entry, origin);
    findings.push(...imported.findings);
    if (imported.backend === undefined) continue;
    backends.push(imported.backend);
    origins.push(origin);
  }
  const checked = checkConfig(localConfig("headgate", backends), env);
  const all = [...findings, ...checked.findings.map((finding) => traced(finding, origins, place))];
  const failed = all.some(({ severity }) => severity === "error");
  return { config: failed ? undefined : checked.config, findings: all };
}

/** The name with what no backend's name may hold replaced, and unlike all names taken before. */
function validName(given: string, taken: Set<string>): string {
  const base =
    given
      .replaceAll(/[^\w.-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 64) || "server";
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
  taken.add(name);
  return name;
}

// What was found in `backends[2].url` is shown where the IDE's file says it.
function traced(finding: Finding, origins: readonly Path[], place: Path): Finding {
  const [block, index, ...rest] = finding.path;
  const origin = block === "backends" && typeof index === "number" ? origins[index] : undefined;
  if (origin !== undefined) return { ...finding, path: [...origin, ...rest] };
  return { ...finding, path: block === "backends" ? place : finding.path };
}

function moved(finding: Finding, place: Path): Finding {
  return { ...finding, path: [...place, ...finding.path] };
}

export { importIde };
