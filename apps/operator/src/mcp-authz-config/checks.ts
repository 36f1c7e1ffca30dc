import { MCPAuthzConfig } from "@headgate/api/kinds";
import { formProblems } from "../config-kind/form.ts";
import type { Verdict } from "../config-kind/judge.ts";
import { cedarProblem } from "./cedar/policy.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The policy engines, by the names that `spec.type` has for them, with what each asks of its settings. */
const ENGINES: Readonly<Record<string, (config: Fields) => string[]>> = {
  cedarv1: cedarProblems,
  httpv1: httpProblems,
};

/** What is wrong with an MCPAuthzConfig. */
export function checkAuthzConfig({ spec }: Pick<MCPAuthzConfig, "spec">): Verdict {
  const form = formProblems(MCPAuthzConfig, spec);
  if (spec === undefined || form.length > 0) return { problems: form };
  const engine = Object.hasOwn(ENGINES, spec.type) ? ENGINES[spec.type] : undefined;
  if (engine === undefined) {
    const known = Object.keys(ENGINES).join(", ");
    return {
      problems: [`spec.type is ${JSON.stringify(spec.type)}, but must be one of ${known}`],
    };
  }
  return { problems: engine(spec.config) };
}

function cedarProblems({ policies, entities_json: entities }: Fields): string[] {
  const place = "spec.config";
  if (!Array.isArray(policies) || policies.length === 0) {
    return [`${place}.policies must be a list with at least one Cedar policy`];
  }
  const problems = policies.flatMap((policy: unknown, index) => {
    const at = `${place}.policies[${index}]`;
    if (typeof policy !== "string") return [`${at} must be the text of a Cedar policy`];
    const problem = cedarProblem(policy);
    return problem === undefined ? [] : [`${at} is not a Cedar policy: ${problem}`];
  });
  return [...problems, ...entityProblems(entities, `${place}.entities_json`)];
}

function entityProblems(entities: unknown, place: string): string[] {
  if (entities === undefined || entities === "") return [];
  return typeof entities === "string" && isJsonList(entities)
    ? []
    : [`${place} must be the text of a JSON list of Cedar entities`];
}

function isJsonList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

function httpProblems({ http }: Fields): string[] {
  if (typeof http !== "object" || http === null) {
    return ["spec.config.http must say where the policy decision point is"];
  }
  const { url } = http as Fields;
  const parsed = typeof url === "string" ? URL.parse(url) : null;
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return [];
  return ["spec.config.http.url must be an http or https address"];
}
