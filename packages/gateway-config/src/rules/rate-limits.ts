import type { GatewayConfigInput } from "@headgate/api";
import {
  checkRateLimits,
  type Problem as CheckProblem,
  RateLimitBucket,
  RateLimitRule,
} from "@headgate/ratelimit-types";
import { placesOf } from "../places.ts";
import { error, type Finding, type Path, warning } from "../problem.ts";
import type { Draft } from "../salvage.ts";

type ConfigDraft = Draft<GatewayConfigInput>;

const BUCKETS = [
  "rateLimiting.shared",
  "rateLimiting.perUser",
  "rateLimiting.tools.[].shared",
  "rateLimiting.tools.[].perUser",
];

/** What is wrong with limits: rates that cannot be kept, users that nobody knows, names that nothing has. */
function rateLimitRules(draft: ConfigDraft): Finding[] {
  return [...rateRules(draft), ...userRules(draft), ...toolNameRules(draft), ...storeRule(draft)];
}

// Bucket by bucket, so that one without the right form does not hide what is wrong with another.
function rateRules(draft: ConfigDraft): Finding[] {
  const buckets = BUCKETS.flatMap((pattern) => placesOf(draft, pattern)).flatMap(
    ({ path, value }) => {
      const bucket = RateLimitBucket.safeParse(value);
      return bucket.success ? checkRateLimits({ shared: bucket.data }).map(below(path, 1)) : [];
    },
  );
  const rules = placesOf(draft, "rateLimiting.rules.[]").flatMap(({ path, value }) => {
    const rule = RateLimitRule.safeParse(value);
    return rule.success ? checkRateLimits({ rules: [rule.data] }).map(below(path, 2)) : [];
  });
  return [...buckets, ...rules];
}

/** Limits that each user has of their own. */
const PER_USER = ["rateLimiting.perUser", "rateLimiting.tools.[].perUser"];

function userRules(draft: ConfigDraft): Finding[] {
  if (draft.incomingAuth?.type !== "anonymous") return [];
  const places = [
    ...PER_USER.flatMap((pattern) => placesOf(draft, pattern)),
    ...placesOf(draft, "rateLimiting.rules.[].per.[]").filter(({ value }) => value === "user"),
  ];
  return places
    .filter(({ value }) => value !== undefined)
    .map(({ path }) =>
      error(path, "needs callers who are somebody, but incomingAuth is `anonymous`", {
        at: "key",
        hint: "limit all callers together (`shared`, or a rule without `per`), or set incomingAuth.type to oidc",
      }),
    );
}

/** With the strategy `prefix` it is known how names begin; a limit on a name that begins otherwise limits nothing. */
function toolNameRules(draft: ConfigDraft): Finding[] {
  const beginnings = beginningsOf(draft);
  if (beginnings === undefined) return [];
  const places = [
    ...placesOf(draft, "rateLimiting.tools.[].name").map((place) => ({ ...place, isGlob: false })),
    ...(draft.rateLimiting?.rules ?? []).flatMap((rule, index) =>
      isOverTools(rule?.match?.operations)
        ? placesOf(rule, "match.names.[]").map(({ path, value }) => ({
            path: ["rateLimiting", "rules", index, ...path],
            value,
            isGlob: true,
          }))
        : [],
    ),
  ];
  return places.flatMap(({ path, value, isGlob }) => {
    if (typeof value !== "string" || canBegin(value, beginnings, isGlob)) return [];
    const hint = `names begin with ${beginnings.slice(0, 8).join(", ")}`;
    return [warning(path, "is over no tool that this aggregation can show", { hint })];
  });
}

/** Prompts have prefixes too, but resources are known by their URIs. */
function isOverTools(operations: readonly (string | undefined)[] | undefined): boolean {
  return (operations ?? ["tools/call"]).every(
    (operation) => operation === "tools/call" || operation === "prompts/get",
  );
}

function canBegin(name: string, beginnings: readonly string[], isGlob: boolean): boolean {
  const [head = ""] = isGlob ? name.split(/[*?]/, 1) : [name];
  const isWhole = head.length === name.length;
  return beginnings.some(
    (beginning) => head.startsWith(beginning) || (!isWhole && beginning.startsWith(head)),
  );
}

function beginningsOf({ aggregation, backends = [] }: ConfigDraft): string[] | undefined {
  const names = backends.map((backend) => backend?.name);
  const known = names.filter((name) => name !== undefined);
  const format = aggregation?.conflictResolutionConfig?.prefixFormat;
  const isPrefix = aggregation?.conflictResolution === "prefix" && format !== undefined;
  if (!isPrefix || known.length === 0 || known.length < names.length) return undefined;
  return known.map((name) => format.replaceAll("{workload}", () => name));
}

function storeRule({ rateLimiting, sessionStorage }: ConfigDraft): Finding[] {
  if (rateLimiting === undefined || sessionStorage?.provider === "redis") return [];
  const message =
    "is counted by this process alone: several gateways would let through as much each";
  const hint =
    "for one gateway process all is well; for several write sessionStorage: { provider: redis }";
  return [warning(["rateLimiting"], message, { at: "key", hint })];
}

/** A problem that a check found in a block, as a finding in the whole; the check's own path to the block is left out. */
function below(block: Path, skip: number): (problem: CheckProblem) => Finding {
  return ({ path, severity, message }) => ({
    severity,
    path: [...block, ...path.slice(skip)],
    at: "value",
    message,
  });
}

export { below, rateLimitRules };
