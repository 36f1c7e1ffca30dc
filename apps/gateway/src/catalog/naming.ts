import type { Aggregation } from "@headgate/api";

/** What a naming strategy looks at: a tool or prompt by the name it has after overrides. */
interface Named {
  readonly backend: string;
  readonly name: string;
  readonly advertised: boolean;
}

/** The name to advertise, and who gets it when several ask for it: the lowest precedence. */
interface Naming {
  readonly name: string;
  readonly precedence: number;
}

type NameRule = (entry: Named) => Naming;

const DEFAULT_PREFIX = "{workload}_";

/** How tools are named by the configured strategy, given all of them at once. */
function toolNaming(rules: Aggregation, all: readonly Named[]): NameRule {
  switch (rules.conflictResolution) {
    case "prefix": {
      const format = prefixFormat(rules);
      return (tool) => shownFirst(tool, prefixed(format, tool));
    }
    case "manual":
      return (tool) => shownFirst(tool, tool.name);
    case "priority":
      return byPriority(rules, all);
    default:
      return rules.conflictResolution satisfies never;
  }
}

/** How prompts are named: always prefixed, except those of backends that `priority` lists. */
function promptNaming(rules: Aggregation): NameRule {
  const format = prefixFormat(rules);
  const rankOf = rules.conflictResolution === "priority" ? ranks(rules) : new Map<string, number>();
  return (prompt) => {
    const rank = rankOf.get(prompt.backend);
    return rank === undefined
      ? { name: prefixed(format, prompt), precedence: Infinity }
      : { name: prompt.name, precedence: rank };
  };
}

// A name is settled before visibility, so that showing or hiding one tool renames no other.
function byPriority(rules: Aggregation, all: readonly Named[]): NameRule {
  const rankOf = ranks(rules);
  const claimants = new Map<string, Set<string>>();
  for (const { backend, name } of all) {
    const backends = claimants.get(name);
    if (backends) backends.add(backend);
    else claimants.set(name, new Set([backend]));
  }
  return (tool) => {
    const backends = [...(claimants.get(tool.name) ?? [])];
    const nobodyListed = !backends.some((backend) => rankOf.has(backend));
    const name = backends.length > 1 && nobodyListed ? prefixed(DEFAULT_PREFIX, tool) : tool.name;
    return { name, precedence: rankOf.get(tool.backend) ?? Infinity };
  };
}

// With no order given by the person, a tool nobody sees must not keep a name from one that is seen.
function shownFirst(entry: Named, name: string): Naming {
  return { name, precedence: entry.advertised ? 0 : 1 };
}

function prefixFormat(rules: Aggregation): string {
  return rules.conflictResolutionConfig?.prefixFormat ?? DEFAULT_PREFIX;
}

function prefixed(format: string, { backend, name }: Named): string {
  // A function as replacement: a workload's name may hold "$&" and the like.
  return format.replaceAll("{workload}", () => backend) + name;
}

function ranks(rules: Aggregation): Map<string, number> {
  const order = rules.conflictResolutionConfig?.priorityOrder ?? [];
  const rankOf = new Map<string, number>();
  for (const [rank, backend] of order.entries())
    if (!rankOf.has(backend)) rankOf.set(backend, rank);
  return rankOf;
}

export { promptNaming, toolNaming, type NameRule, type Named };
