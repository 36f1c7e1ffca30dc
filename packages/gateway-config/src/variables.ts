import { rewritePlaces } from "./places.ts";
import { error, type Finding, type Path } from "./problem.ts";

/** Environment variables by name. */
type Env = Readonly<Record<string, string | undefined>>;

/** The places in whose texts `${NAME}` stands for an environment variable. */
const PLACES = [
  "backends.[].url",
  "backends.[].args.[]",
  "backends.[].env.*",
  "backends.[].headers.*",
  "outgoingAuth.default.headerInjection.headerValue",
  "outgoingAuth.backends.*.headerInjection.headerValue",
];

const REFERENCE = /\$\$\{|\$\{([^}]*)(\})?/g;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,255}$/;

/**
 * The configuration with each `${NAME}` replaced, and `$${` turned into `${`. What cannot be replaced
 * stays and is told; no value of a variable is part of what is told.
 */
function withVariables(
  config: unknown,
  env: Env,
): { readonly value: unknown; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  let value = config;
  for (const pattern of PLACES) {
    value = rewritePlaces(value, pattern, ({ path, value: text }) =>
      typeof text === "string" ? substituted(text, { path, env, findings }) : text,
    );
  }
  return { value, findings };
}

interface Substitution {
  readonly path: Path;
  readonly env: Env;
  readonly findings: Finding[];
}

function substituted(text: string, { path, env, findings }: Substitution): string {
  return text.replace(REFERENCE, (reference, name?: string, close?: string) => {
    if (name === undefined) return "${";
    const value = VARIABLE_NAME.test(name) && close !== undefined ? variable(env, name) : undefined;
    if (value !== undefined) return value;
    findings.push(error(path, complaint(name, close), { hint: HINT }));
    return reference;
  });
}

const HINT = "for a literal ${ write $${";

function complaint(name: string, close: string | undefined): string {
  if (close === undefined) return "has ${ without a closing }";
  if (!VARIABLE_NAME.test(name)) {
    return "has ${…} around something that is not the name of an environment variable";
  }
  return `needs the environment variable ${name}, which is not set`;
}

/** The value of a variable; undefined when it is not set. */
function variable(env: Env, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

export { variable, withVariables, type Env };
