import { checkOperational, type GatewayConfigInput, Operational } from "@headgate/api";
import { checkRateLimits, RateLimitConfig } from "@headgate/ratelimit-types";
import { suggestion } from "./nearest.ts";
import { error, type Finding, type Path, warning } from "./problem.ts";
import { aggregationRules } from "./rules/aggregation.ts";
import { backendRules } from "./rules/backends.ts";
import { passthroughRules } from "./rules/headers.ts";
import { nameRules } from "./rules/names.ts";
import { outgoingAuthRules } from "./rules/outgoing-auth.ts";
import type { Draft } from "./salvage.ts";
import type { Env } from "./variables.ts";

type ConfigDraft = Draft<GatewayConfigInput>;

/** What a file must say beyond what the schema asks: everything that is wrong with it, block by block. */
function fileRules(draft: ConfigDraft, env: Env): Finding[] {
  return [
    ...requiredBlocks(draft),
    ...backendRules(draft),
    ...incomingAuthRules(draft),
    ...outgoingAuthRules(draft, env),
    ...aggregationRules(draft),
    ...passthroughRules(draft),
    ...nameRules(draft),
    ...operationalRules(draft),
    ...rateLimitRules(draft),
  ];
}

const REQUIRED = {
  name: "write the name that clients see, such as name: my-gateway",
  incomingAuth:
    "write incomingAuth: { type: anonymous } to let everybody in who can reach the gateway",
  outgoingAuth: "write outgoingAuth: { source: inline } to send backends no credentials",
  aggregation:
    'write aggregation: { conflictResolution: prefix, conflictResolutionConfig: { prefixFormat: "{workload}_" } }',
} as const;

function requiredBlocks(draft: ConfigDraft): Finding[] {
  const keys = Object.keys(REQUIRED) as (keyof typeof REQUIRED)[];
  const missing = keys
    .filter((key) => draft[key] === undefined)
    .map((key) => error([key], "is missing", { hint: REQUIRED[key] }));
  return draft.name === "" ? [...missing, error(["name"], "must not be empty")] : missing;
}

const INCOMING_TYPES = ["oidc", "local", "anonymous"];

function incomingAuthRules({ incomingAuth }: ConfigDraft): Finding[] {
  const type = incomingAuth?.type;
  if (type === undefined || INCOMING_TYPES.includes(type)) return [];
  return [
    error(["incomingAuth", "type"], `must be one of ${INCOMING_TYPES.join(", ")}`, {
      hint: suggestion(type, INCOMING_TYPES),
    }),
  ];
}

function operationalRules({ operational }: ConfigDraft): Finding[] {
  const sound = Operational.safeParse(operational ?? {});
  return sound.success ? checkOperational(sound.data).map(below("operational")) : [];
}

function rateLimitRules({ rateLimiting, sessionStorage }: ConfigDraft): Finding[] {
  const sound = RateLimitConfig.safeParse(rateLimiting);
  if (!sound.success) return [];
  const findings = checkRateLimits(sound.data).map(below("rateLimiting"));
  if (sessionStorage !== undefined) return findings;
  const message = "is counted by each gateway process on its own, not by several together";
  const hint = "write sessionStorage: { provider: memory } to say that this is meant";
  return [...findings, warning(["rateLimiting"], message, { at: "key", hint })];
}

interface Checked {
  readonly path: Path;
  readonly severity: Finding["severity"];
  readonly message: string;
}

function below(block: string): (checked: Checked) => Finding {
  return ({ path, severity, message }) => ({
    severity,
    path: [block, ...path],
    at: "value",
    message,
  });
}

export { fileRules };
