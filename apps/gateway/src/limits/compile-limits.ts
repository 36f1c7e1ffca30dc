import {
  parseDuration,
  type LimitMode,
  type OnStoreFailure,
  type RateLimitBucket,
  type RateLimitConfig,
  type RateLimitRule,
} from "@headgate/ratelimit-types";
import { defineBucket } from "@headgate/token-bucket";
import { GatewayError } from "../rpc/errors.ts";
import type { KeyPart, Limit, LimitedOperation, LimitMatch } from "./limit.ts";
import { anyPattern } from "./name-pattern.ts";

/** A configuration that limits nothing. */
type NoLimits = Partial<RateLimitConfig>;

const TOOL_CALLS: LimitMatch = { methods: new Set(["tools/call"]) };

/** Names that the limits of the reference's spelling have; rules called like them are told apart. */
const TAKEN: ReadonlySet<string> = new Set(["shared", "tool", "perUser", "perUserTool"]);

/**
 * Every limit of a checked configuration, in the order in which they are asked: `shared`, the tools' shared ones,
 * `perUser`, the tools' per-user ones, then `rules` as they stand.
 */
function compileLimits(config: NoLimits): readonly Limit[] {
  const { shared, perUser, tools = [], rules = [] } = config;
  const block = { mode: config.mode, onStoreFailure: config.onStoreFailure };
  const limits: (Limit | undefined)[] = [
    shared && limitOf({ ...block, name: "shared", key: "shared", bucket: shared }),
    ...tools.map((tool) => tool.shared && toolLimit(tool.name, tool.shared, [], block)),
    perUser && limitOf({ ...block, name: "perUser", key: "user", per: ["user"], bucket: perUser }),
    ...tools.map((tool) => tool.perUser && toolLimit(tool.name, tool.perUser, ["user"], block)),
    ...rules.map((rule) => ruleLimit(rule, block)),
  ];
  return limits.filter((limit) => limit !== undefined);
}

/** What the whole block says for limits that do not say it themselves. */
interface BlockPolicy {
  readonly mode: LimitMode | undefined;
  readonly onStoreFailure: OnStoreFailure | undefined;
}

/** A limit in words of the configuration. */
interface WrittenLimit extends BlockPolicy {
  readonly name: string;
  /** Tells its buckets from those of other limits. */
  readonly key: string;
  readonly operation?: LimitedOperation;
  readonly match?: LimitMatch;
  readonly per?: readonly KeyPart[];
  readonly bucket: RateLimitBucket;
  readonly cost?: number | undefined;
}

function toolLimit(
  tool: string,
  bucket: RateLimitBucket,
  per: readonly KeyPart[],
  block: BlockPolicy,
): Limit {
  const own = per.length > 0;
  return limitOf({
    ...block,
    name: own ? "perUserTool" : "tool",
    key: `${own ? "user" : "shared"}:tool:${tool}`,
    operation: "tool",
    // An exact name, not a pattern: tools may have stars in their names.
    match: { ...TOOL_CALLS, names: (name) => name === tool, globs: [tool] },
    per,
    bucket,
  });
}

function ruleLimit(rule: RateLimitRule, block: BlockPolicy): Limit {
  return limitOf({
    name: TAKEN.has(rule.name) ? `rule:${rule.name}` : rule.name,
    key: `rule:${rule.name}`,
    operation: "rule",
    match: matchOf(rule),
    per: rule.per ?? [],
    bucket: rule.bucket,
    cost: rule.cost,
    mode: rule.mode ?? block.mode,
    onStoreFailure: rule.onStoreFailure ?? block.onStoreFailure,
  });
}

function matchOf({ match = {} }: RateLimitRule): LimitMatch {
  const { operations, names, backends } = match;
  return {
    methods: operations === undefined ? TOOL_CALLS.methods : new Set(operations),
    ...(names && { names: anyPattern(names), globs: names }),
    ...(backends && { backends: new Set(backends) }),
  };
}

function limitOf(written: WrittenLimit): Limit {
  const { name, key, operation = "server", match = TOOL_CALLS, per = [], bucket, cost } = written;
  const period = parseDuration(bucket.refillPeriod);
  if (!period.ok)
    throw new GatewayError("internal", `The limit ${name} has no valid refillPeriod.`);
  return {
    name,
    operation,
    match,
    per,
    bucket: defineBucket({
      key,
      capacity: bucket.maxTokens,
      periodMicros: period.microseconds,
      audit: written.mode === "Audit",
      weight: cost,
      onStoreFailure: written.onStoreFailure,
    }),
  };
}

export { compileLimits };
