import { checkOperational, type GatewayConfigInput, Operational } from "@headgate/api";
import {
  checkRateLimits,
  type Problem as CheckProblem,
  RateLimitBucket,
} from "@headgate/ratelimit-types";
import { placesOf } from "./places.ts";
import { error, type Finding, type Path, warning } from "./problem.ts";
import { aggregationRules } from "./rules/aggregation.ts";
import { backendRules } from "./rules/backends.ts";
import { passthroughRules } from "./rules/headers.ts";
import { incomingAuthRules } from "./rules/incoming-auth.ts";
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
    ...incomingAuthRules(draft, env),
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

function operationalRules({ operational }: ConfigDraft): Finding[] {
  const sound = Operational.safeParse(operational ?? {});
  return sound.success ? checkOperational(sound.data).map(below(["operational"])) : [];
}

const BUCKETS = [
  "rateLimiting.shared",
  "rateLimiting.perUser",
  "rateLimiting.tools.[].shared",
  "rateLimiting.tools.[].perUser",
];

// Bucket by bucket, so that one without the right form does not hide what is wrong with another.
function rateLimitRules(draft: ConfigDraft): Finding[] {
  const findings = BUCKETS.flatMap((pattern) => placesOf(draft, pattern)).flatMap(
    ({ path, value }) => {
      const bucket = RateLimitBucket.safeParse(value);
      return bucket.success
        ? checkRateLimits({ shared: bucket.data }).map(below(path, "shared"))
        : [];
    },
  );
  if (draft.rateLimiting === undefined || draft.sessionStorage !== undefined) return findings;
  const message = "is counted by each gateway process on its own, not by several together";
  const hint = "write sessionStorage: { provider: memory } to say that this is meant";
  return [...findings, warning(["rateLimiting"], message, { at: "key", hint })];
}

/** A problem that a check found in a block, as a finding in the whole; `root` is the check's own name for the block. */
function below(block: Path, root?: string): (problem: CheckProblem) => Finding {
  return ({ path, severity, message }) => ({
    severity,
    path: [...block, ...(path[0] === root ? path.slice(1) : path)],
    at: "value",
    message,
  });
}

export { fileRules };
