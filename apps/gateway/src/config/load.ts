import {
  checkConfig,
  type Env,
  type Finding,
  type LoadedConfig,
  pathText,
  type Problem,
} from "@headgate/gateway-config";
import { parseYaml } from "./parse-yaml.ts";
import type { SourceMap } from "./source-position.ts";

/** A configuration ready to run, or everything that keeps it from running. */
type LoadResult =
  | { readonly ok: true; readonly config: LoadedConfig; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Problems that are shown; whoever has more starts with these. */
const MAX_PROBLEMS = 100;

/**
 * Reads the text of a configuration file (YAML or JSON). Tells every mistake at once, each with its
 * place in the text; never throws. No value of a variable of `env` is part of what is told.
 */
function loadConfig({ text, env }: { readonly text: string; readonly env: Env }): LoadResult {
  const yaml = parseYaml(text);
  if (!yaml.ok) return { ok: false, problems: yaml.problems };
  const { value, source } = yaml.document;
  const { config, findings } = checkConfig(value, env, (path) => source.plainText(path));
  return loadResult(config, findings, source);
}

/** The outcome of a check, with the places of its findings in the text, errors before warnings and each in the order of the text. */
function loadResult(
  config: LoadedConfig | undefined,
  findings: readonly Finding[],
  source?: SourceMap,
): LoadResult {
  const errors = shown(findings, "error", source);
  const warnings = shown(findings, "warning", source);
  if (config !== undefined) return { ok: true, config, warnings };
  return { ok: false, problems: errors };
}

function shown(
  findings: readonly Finding[],
  severity: Finding["severity"],
  source: SourceMap | undefined,
): Problem[] {
  const chosen = findings.filter((finding) => finding.severity === severity);
  const problems = chosen.slice(0, MAX_PROBLEMS).map((finding) => problemAt(finding, source));
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const left = chosen.length - problems.length;
  return left === 0 ? problems : [...problems, { path: "", message: `… and ${left} more` }];
}

function problemAt({ path, at, message, hint }: Finding, source: SourceMap | undefined): Problem {
  const position = source?.positionOf(path, at);
  return { path: pathText(path), message, ...position, ...(hint !== undefined && { hint }) };
}

export { loadConfig, loadResult, type LoadResult };
