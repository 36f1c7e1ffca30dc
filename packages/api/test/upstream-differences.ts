import type { CelRule } from "@headgate/kube-schema";
import type { SchemaDifference } from "./schema-differences.ts";

/** A difference from the upstream CustomResourceDefinition that is meant, and why. */
export interface NamedDifference {
  /** Place and keyword, or the start of them when everything below is meant. */
  readonly at: RegExp;
  readonly reason: string;
  readonly isMeant: (difference: SchemaDifference) => boolean;
}

const EXACT_ENDS: ReadonlySet<unknown> = new Set([
  Number.MIN_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER,
]);

const isAddition = ({ theirs, ours }: SchemaDifference) =>
  theirs === undefined && ours !== undefined;
const isOptional = ({ ours }: SchemaDifference) =>
  JSON.stringify(ours) !== undefined && !JSON.stringify(ours).includes('"required":');

const rulesOf = (list: unknown): readonly CelRule[] =>
  (Array.isArray(list) ? list : []) as CelRule[];
const messagesOf = (list: unknown) => rulesOf(list).map(({ message }) => message);
const ruleTexts = ({ rule, message }: CelRule) => [rule, message];

// The file and the definition differ in this: the definition keeps what is unknown, as upstream's does.
const KEPT_BY_CRD =
  "an unknown field is refused, not kept: a misspelt limit must not look like a limit";

const isExactRange: NamedDifference = {
  at: /#(minimum|maximum)$/,
  reason:
    "an integer without a format is one that a double holds exactly: JSON readers lose what is beyond",
  isMeant: (difference) => isAddition(difference) && EXACT_ENDS.has(difference.ours),
};

/** Every way in which our `spec.config` is allowed to differ, each with its reason; places are relative to it. */
export const UPSTREAM_DIFFERENCES: readonly NamedDifference[] = [
  isExactRange,
  {
    at: /^#x-kubernetes-preserve-unknown-fields$/,
    reason: KEPT_BY_CRD,
    isMeant: ({ theirs, ours }) => theirs === true && ours === undefined,
  },
  {
    at: /^backends\[\]\.transport#enum$/,
    reason: "a backend may also be a child process",
    isMeant: ({ theirs, ours }) =>
      JSON.stringify(ours) === JSON.stringify([...(theirs as string[]), "stdio"]),
  },
  {
    at: /^backends\[\]\.(command|args|env|cwd|scope)$/,
    reason: "what a child process needs to be started, and who shares it",
    isMeant: (difference) => isAddition(difference) && isOptional(difference),
  },
  {
    at: /^backends\[\]\.headers$/,
    reason: "headers beside the backend they go to, as the files of IDEs have them",
    isMeant: (difference) => isAddition(difference) && isOptional(difference),
  },
  {
    at: /^backends\[\]#required$/,
    reason: "a child process has no url; a rule requires it of all others",
    isMeant: ({ theirs, ours }) =>
      (theirs as string[]).filter((name) => name !== "url").join() === (ours as string[]).join(),
  },
  {
    at: /^backends\[\]#x-kubernetes-validations$/,
    reason: "the rules that tell child processes from endpoints",
    isMeant: isAddition,
  },
  {
    at: /^incomingAuth\.oidc\.(requiredScopes|clockSkew|jwksAuthTokenPath)$/,
    reason:
      "scopes that are required and not only named, clocks that are not the same, and keys behind a token",
    isMeant: (difference) => isAddition(difference) && isOptional(difference),
  },
  {
    at: /^operational\.(startupWait|drain|sessions|processes|maxConnectionsPerBackend|limits|allowedHosts|allowedOrigins)$/,
    reason:
      "start, stop, limits and browser safety of the gateway, which upstream fixes in code or leaves out",
    isMeant: (difference) => isAddition(difference) && isOptional(difference),
  },
  {
    at: /^rateLimiting\.(rules|mode|onStoreFailure|rejection|exposeQuota)$/,
    reason: "limits over any method, dry runs, and what happens on refusal and without Redis",
    // What is required inside a block that may be left out is required of nobody who has none.
    isMeant: isAddition,
  },
  {
    at: /^rateLimiting#x-kubernetes-validations$/,
    reason: "`rules` alone make a rate limit, too",
    isMeant: ({ theirs, ours }) => rulesOf(ours).length === rulesOf(theirs).length,
  },
  {
    at: /^sessionStorage\.(url|username|tls|sentinel|cluster|ttl|cache|onStoreFailure)$/,
    reason: "Redis with TLS, users, failover and clusters",
    // What is required inside a block that may be left out is required of nobody who has none.
    isMeant: isAddition,
  },
];

/** Every further way in which a CustomResourceDefinition is allowed to differ, by kind and place in it. */
const KIND_DIFFERENCES: readonly NamedDifference[] = [
  isExactRange,
  {
    at: /^\w+\.\(metadata\)\.annotations$/,
    reason: "upstream's names the program that made the file",
    isMeant: ({ theirs, ours }) =>
      ours === undefined &&
      Object.keys(theirs as object).join() === "controller-gen.kubebuilder.io/version",
  },
  {
    at: /^VirtualMCPServer\.spec\.(autoscaling|podDisruptionBudget|topologySpread|networkPolicy)$/,
    reason: "what keeps several gateways available, and who may reach them",
    // What is required inside a block that may be left out is required of nobody who has none.
    isMeant: isAddition,
  },
  {
    at: /^(VirtualMCPServer|MCPServer|MCPRemoteProxy)\.spec\.sessionStorage\.(url|username|tls|sentinel|cluster)$/,
    reason: "Redis with TLS, users, failover and clusters",
    isMeant: isAddition,
  },
  {
    at: /^(VirtualMCPServer|MCPServer|MCPRemoteProxy)\.spec\.sessionStorage#x-kubernetes-validations$/,
    reason: "an `address` is not needed where `url`, `sentinel` or `cluster` says where Redis is",
    isMeant: ({ theirs, ours }) => messagesOf(ours).join() === messagesOf(theirs).join(),
  },
  {
    at: /^MCPServer\.spec\.rateLimiting\.(rules|mode|onStoreFailure|rejection|exposeQuota)$/,
    reason: "limits over any method, dry runs, and what happens on refusal and without Redis",
    isMeant: isAddition,
  },
  {
    at: /^MCPServer\.spec\.rateLimiting#x-kubernetes-validations$/,
    reason: "`rules` alone make a rate limit, too",
    isMeant: ({ theirs, ours }) => messagesOf(ours).join() === messagesOf(theirs).join(),
  },
  {
    at: /^(VirtualMCPServer|MCPServer)\.spec#x-kubernetes-validations$/,
    reason: "a limit of `rules` per user needs users, as `perUser` does; upstream has no `rules`",
    isMeant: ({ theirs, ours }) =>
      JSON.stringify(rulesOf(ours).slice(0, -1).map(ruleTexts)) ===
        JSON.stringify(rulesOf(theirs).map(ruleTexts)) &&
      (messagesOf(ours).at(-1) ?? "").includes("rateLimiting.rules"),
  },
];

const CONFIG = "VirtualMCPServer.spec.config";

/** The reason for a difference between two definitions of a kind, if it is one that is meant. */
export function kindReasonFor(kind: string, difference: SchemaDifference): string | undefined {
  const at = `${kind}.${difference.at}`;
  if (at.startsWith(CONFIG))
    return reasonFor({ ...difference, at: at.slice(CONFIG.length).replace(/^\./, "") });
  return KIND_DIFFERENCES.find((named) => named.at.test(at) && named.isMeant(difference))?.reason;
}

/** Every reason that a difference between definitions can have, none of which is for nothing. */
export const KIND_REASONS: readonly string[] = [...KIND_DIFFERENCES, ...UPSTREAM_DIFFERENCES]
  .map(({ reason }) => reason)
  .filter((reason) => reason !== KEPT_BY_CRD);

/** The reason for a difference, if it is one that is meant. */
export function reasonFor(difference: SchemaDifference): string | undefined {
  return UPSTREAM_DIFFERENCES.find(
    ({ at, isMeant }) => at.test(difference.at) && isMeant(difference),
  )?.reason;
}
