import type { LimitedMethod } from "@headgate/ratelimit-types";
import type { Bucket } from "@headgate/token-bucket";
import type { NamePattern } from "./name-pattern.ts";

/** Which requests a limit is over: everything that is given must match. */
interface LimitMatch {
  readonly methods: ReadonlySet<LimitedMethod>;
  /** Over the advertised name of the tool or prompt, or the URI of the resource. */
  readonly names?: NamePattern;
  /** As written, for people to read. */
  readonly globs?: readonly string[];
  readonly backends?: ReadonlySet<string>;
}

/** What a request looks like to limits. */
interface LimitedRequest {
  readonly method: string;
  /** The advertised name or URI; a list has none. */
  readonly name?: string | undefined;
  /** Who answers it; the gateway itself when omitted. */
  readonly backend?: string | undefined;
}

/** What has a bucket of its own in a limit. */
type KeyPart = "user";

/** Whose bucket is asked, as metrics call it. */
type LimitScope = "shared" | "per_user";
/** What the bucket is over, as metrics call it: all tools, one, or whatever a rule says. */
type LimitedOperation = "server" | "tool" | "rule";

/** One limit as it is enforced: which requests, whose bucket, and how much of it. */
interface Limit {
  /** What callers, metrics and logs know it by: the key in the reference's spelling, or the name of the rule. */
  readonly name: string;
  readonly operation: LimitedOperation;
  readonly match: LimitMatch;
  /** Empty: one bucket for all callers. */
  readonly per: readonly KeyPart[];
  /** The bucket itself when all share it, else the pattern of everybody's own. */
  readonly bucket: Bucket;
}

/** Whether a limit is over a request. */
function isOver({ methods, names, backends }: LimitMatch, request: LimitedRequest): boolean {
  const { method, name, backend } = request;
  if (!(methods as ReadonlySet<string>).has(method)) return false;
  if (names !== undefined && (name === undefined || !names(name))) return false;
  return backends === undefined || (backend !== undefined && backends.has(backend));
}

/** Whether everybody has this bucket for their own. */
function isPerUser({ per }: Limit): boolean {
  return per.includes("user");
}

/** The scope of a limit in the reference's metrics. */
function scopeOf(limit: Limit): LimitScope {
  return isPerUser(limit) ? "per_user" : "shared";
}

/** What the reference's span attribute `rate_limit.rejected_by` says of a limit, such as `per_user_tool`. */
function bucketKind(limit: Limit): string {
  return `${scopeOf(limit)}_${limit.operation}`;
}

export {
  bucketKind,
  isOver,
  isPerUser,
  scopeOf,
  type KeyPart,
  type Limit,
  type LimitedRequest,
  type LimitedOperation,
  type LimitMatch,
  type LimitScope,
};
