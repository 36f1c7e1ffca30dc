import { checkOperational, type GatewayConfigInput, Operational } from "@headgate/api";
import { error, type Finding } from "./problem.ts";
import { aggregationRules } from "./rules/aggregation.ts";
import { backendRules } from "./rules/backends.ts";
import { passthroughRules } from "./rules/headers.ts";
import { incomingAuthRules } from "./rules/incoming-auth.ts";
import { nameRules } from "./rules/names.ts";
import { outgoingAuthRules } from "./rules/outgoing-auth.ts";
import { below, rateLimitRules } from "./rules/rate-limits.ts";
import { sessionStorageRules } from "./rules/session-storage.ts";
import type { Draft } from "./salvage.ts";
import type { Env } from "./variables.ts";

type ConfigDraft = Draft<GatewayConfigInput>;

/** What a file must say beyond what the schema asks: everything that is wrong with it, block by block. */
function fileRules(draft: ConfigDraft, env: Env): Finding[] {
  return [
    ...requiredBlocks(draft),
    ...backendRules(draft),
    ...incomingAuthRules(draft, env),
    ...outgoingAuthRules(draft, env),
    ...aggregationRules(draft),
    ...passthroughRules(draft),
    ...nameRules(draft),
    ...operationalRules(draft),
    ...rateLimitRules(draft),
    ...sessionStorageRules(draft, env),
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

function operationalRules({ operational }: ConfigDraft): Finding[] {
  const sound = Operational.safeParse(operational ?? {});
  return sound.success ? checkOperational(sound.data).map(below(["operational"], 0)) : [];
}

export { fileRules };
