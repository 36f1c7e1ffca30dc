import type { Aggregation, WorkloadTools } from "@headgate/api";
import { membersOf } from "../json/spans.ts";
import { splice, type Edit } from "../json/splice.ts";
import type { BackendCatalog, CatalogProblem, Item, ItemKind } from "./backend-catalog.ts";
import { settle, type Claim } from "./claim.ts";
import { promptNaming, toolNaming, type NameRule, type Named } from "./naming.ts";
import { overrideEdits } from "./override.ts";
import { toolVisibility } from "./tool-visibility.ts";
import type { Route } from "./view.ts";

/** Tools or prompts of all backends under their advertised names. */
interface NamedList {
  /** JSON texts of the advertised items, in configuration order. */
  readonly texts: readonly string[];
  readonly routes: ReadonlyMap<string, Route>;
  readonly problems: readonly CatalogProblem[];
}

/** An item by the name that overrides gave it, before names are made unique. */
interface Candidate extends Named {
  readonly item: Item;
  readonly edits: readonly Edit[];
}

/** The tools that are shown, with overrides, names by strategy and visibility applied in this order. */
function mergeTools(catalogs: readonly BackendCatalog[], rules: Aggregation): NamedList {
  const entries = new Map(rules.tools?.map((entry) => [entry.workload, entry]));
  const candidates = catalogs.flatMap((catalog) =>
    toolCandidates(catalog, rules, entries.get(catalog.backend)),
  );
  const merged = merge("tools", candidates, toolNaming(rules, candidates));
  return { ...merged, problems: [...merged.problems, ...oddNames(merged.routes)] };
}

/**
 * The prompts of all backends. Of two that ask for one name the first in configuration order gets it
 * (the reference drops both, by which one backend could take away the prompts of another).
 */
function mergePrompts(catalogs: readonly BackendCatalog[], rules: Aggregation): NamedList {
  const candidates = catalogs.flatMap(({ backend, items }) =>
    items.prompts.map((item) => ({ backend, item, name: item.key, advertised: true, edits: [] })),
  );
  return merge("prompts", candidates, promptNaming(rules));
}

function toolCandidates(
  { backend, items }: BackendCatalog,
  rules: Aggregation,
  entry: WorkloadTools | undefined,
): Candidate[] {
  const visible = toolVisibility(rules, entry);
  const overrides = new Map(Object.entries(entry?.overrides ?? {}));
  return items.tools.map((item) => {
    const override = overrides.get(item.key);
    // An empty name is no new name: the Kubernetes form cannot tell the two apart.
    const name = override?.name || item.key;
    const edits = override ? overrideEdits(item, override) : [];
    return { backend, item, name, advertised: visible(name), edits };
  });
}

function merge(kind: ItemKind, candidates: readonly Candidate[], naming: NameRule): NamedList {
  const claims = candidates.map((candidate): Claim => ({ ...candidate, ...naming(candidate) }));
  const { winners, problems } = settle(kind, claims);
  const shown = winners.filter((claim) => claim.advertised);
  return {
    texts: shown.map(textOf),
    routes: new Map(
      shown.map(({ name, backend, item }) => [name, routeOf(kind, backend, item)] as const),
    ),
    problems,
  };
}

function routeOf(kind: ItemKind, backend: string, item: Item): Route {
  const typed = kind === "tools" && membersOf(item.text).has("outputSchema");
  return { backend, name: item.key, ...(typed && { typedOutput: true }) };
}

function textOf({ item, name, edits }: Claim): string {
  const renamed = name !== item.key;
  if (!renamed && edits.length === 0) return item.text;
  const rename = renamed ? [{ span: item.keySpan, with: JSON.stringify(name) }] : [];
  return splice(item.text, [...rename, ...edits]);
}

// Such a name is valid JSON and callable, but many a client or model API refuses it.
function oddNames(routes: ReadonlyMap<string, Route>): CatalogProblem[] {
  const problems: CatalogProblem[] = [];
  for (const [name, route] of routes) {
    const wrong =
      name.length > 128
        ? `is ${name.length} characters long, over the 128 that clients must take`
        : /^[\w./-]+$/.test(name)
          ? undefined
          : "has characters outside A-Z a-z 0-9 _ . / -";
    if (wrong === undefined) continue;
    const reason = `the advertised name ${wrong}; rename it in aggregation.tools[].overrides`;
    problems.push({ backend: route.backend, kind: "tools", name: name.slice(0, 256), reason });
  }
  return problems;
}

export { mergePrompts, mergeTools, type NamedList };
