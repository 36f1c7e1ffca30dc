import type { BackendAuthStrategy, GatewayConfigInput } from "@headgate/api";
import type * as z from "zod";
import { suggestion } from "../nearest.ts";
import { error, type Finding, type Path } from "../problem.ts";
import type { Draft } from "../salvage.ts";
import { type Env, variable } from "../variables.ts";
import { isHeaderValue } from "./header-names.ts";
import { addedHeader } from "./headers.ts";

type StrategyDraft = Draft<z.input<typeof BackendAuthStrategy>>;

/** Each strategy with the key of the block that belongs to it. */
const BLOCK_OF = {
  unauthenticated: undefined,
  header_injection: "headerInjection",
  token_exchange: "tokenExchange",
  upstream_inject: "upstreamInject",
  aws_sts: "awsSts",
  obo: "obo",
  xaa: "xaa",
} as const;

/** What is wrong with how the gateway identifies itself to backends, beyond the forms of the values. */
function outgoingAuthRules({ outgoingAuth }: Draft<GatewayConfigInput>, env: Env): Finding[] {
  if (outgoingAuth === undefined) return [];
  const { source, default: fallback, backends = {} } = outgoingAuth;
  return [
    ...(source === undefined || source === "inline" || source === "discovered"
      ? []
      : [error(["outgoingAuth", "source"], "must be one of inline, discovered")]),
    ...strategyRule(fallback, ["outgoingAuth", "default"], env),
    ...Object.entries(backends).flatMap(([name, strategy]) =>
      strategyRule(strategy, ["outgoingAuth", "backends", name], env),
    ),
  ];
}

function strategyRule(strategy: StrategyDraft | undefined, path: Path, env: Env): Finding[] {
  const type = strategy?.type;
  if (strategy === undefined || type === undefined) return [];
  if (!isStrategy(type)) {
    const names = Object.keys(BLOCK_OF);
    return [error([...path, "type"], "is not a known strategy", { hint: suggestion(type, names) })];
  }
  return [...strayBlocks(strategy, type, path), ...injectionRule(strategy, type, { path, env })];
}

// Two blocks leave open which of them is meant, and a person may count on the one that is not.
function strayBlocks(strategy: StrategyDraft, type: keyof typeof BLOCK_OF, path: Path): Finding[] {
  return Object.values(BLOCK_OF)
    .filter((block) => block !== undefined)
    .filter((block) => block !== BLOCK_OF[type] && strategy[block] !== undefined)
    .map((block) => error([...path, block], `does not belong to \`type: ${type}\``, { at: "key" }));
}

function injectionRule(
  { headerInjection }: StrategyDraft,
  type: keyof typeof BLOCK_OF,
  { path, env }: { readonly path: Path; readonly env: Env },
): Finding[] {
  if (type !== "header_injection") return [];
  const at = [...path, "headerInjection"];
  if (headerInjection === undefined) {
    return [
      error(at, "is missing", { hint: "write headerName, and headerValueEnv or headerValue" }),
    ];
  }
  const { headerName, headerValue, headerValueEnv } = headerInjection;
  const name =
    headerName === undefined ? [] : addedHeader(headerName, undefined, [...at, "headerName"]);
  if ((headerValue === undefined) === (headerValueEnv === undefined)) {
    return [...name, error(at, "must have exactly one of headerValue and headerValueEnv")];
  }
  const value =
    headerValueEnv === undefined
      ? valueRule(headerValue ?? "", [...at, "headerValue"])
      : variableRule(headerValueEnv, [...at, "headerValueEnv"], env);
  return [...name, ...value];
}

function variableRule(name: string, at: Path, env: Env): Finding[] {
  const value = variable(env, name);
  if (value !== undefined && value !== "") return valueRule(value, at);
  const state = value === undefined ? "not set" : "empty";
  // Whoever writes the secret here in place of its variable must not find it in a log.
  const shown = /^[A-Z_][A-Z0-9_]*$/.test(name) ? `the environment variable ${name}` : "a variable";
  return [error(at, `names ${shown}, which is ${state}`)];
}

function valueRule(value: string, at: Path): Finding[] {
  if (value === "") return [error(at, "must not be empty")];
  return isHeaderValue(value)
    ? []
    : [error(at, "gives a value with a line break or another character no header may have")];
}

function isStrategy(type: string): type is keyof typeof BLOCK_OF {
  return Object.hasOwn(BLOCK_OF, type);
}

export { outgoingAuthRules };
