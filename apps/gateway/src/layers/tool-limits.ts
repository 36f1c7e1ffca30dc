import {
  parseDuration,
  type RateLimitBucket,
  type RateLimitConfig,
} from "@headgate/ratelimit-types";
import { defineBucket, type Bucket } from "@headgate/token-bucket";
import { GatewayError } from "../rpc/errors.ts";

/** What a bucket is over: all tools or one. */
type LimitedOperation = "server" | "tool";

/** A limit as configuration names it and as the store enforces it. */
interface Limit {
  readonly name: string;
  readonly operation: LimitedOperation;
  /** The advertised name of the tool that it is over; all tools without one. */
  readonly tool: string | undefined;
  readonly bucket: Bucket;
}

/** The limits that apply to one call, in the order in which they are asked, and their buckets. */
interface LimitSet {
  readonly limits: readonly Limit[];
  readonly buckets: readonly Bucket[];
}

/** The limits of a tool by its advertised name. */
type LimitsOf = (tool: string) => LimitSet;

/** Compiles the configuration once; names are looked up per call. Durations were checked on loading. */
function compileToolLimits(config: RateLimitConfig): {
  limits: readonly Limit[];
  limitsOf: LimitsOf;
} {
  const shared = config.shared === undefined ? [] : [limit("shared", undefined, config.shared)];
  const byTool = new Map<string, LimitSet>();
  const otherwise = setOf(shared);
  const own: Limit[] = [];
  for (const tool of config.tools ?? []) {
    if (tool.shared === undefined) continue;
    const made = limit(`shared:tool:${tool.name}`, tool.name, tool.shared);
    own.push(made);
    byTool.set(tool.name, setOf([...shared, made]));
  }
  return { limits: [...shared, ...own], limitsOf: (tool) => byTool.get(tool) ?? otherwise };
}

function setOf(limits: readonly Limit[]): LimitSet {
  return { limits, buckets: limits.map(({ bucket }) => bucket) };
}

function limit(name: string, tool: string | undefined, bucket: RateLimitBucket): Limit {
  const period = parseDuration(bucket.refillPeriod);
  if (!period.ok)
    throw new GatewayError("internal", `The limit ${name} has no valid refillPeriod.`);
  return {
    name,
    operation: tool === undefined ? "server" : "tool",
    tool,
    bucket: defineBucket({
      key: name,
      capacity: bucket.maxTokens,
      periodMicros: period.microseconds,
    }),
  };
}

export { compileToolLimits, type Limit, type LimitsOf };
