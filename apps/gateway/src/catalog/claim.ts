import type { Edit } from "../json/splice.ts";
import type { CatalogProblem, Item, ItemKind } from "./backend-catalog.ts";

/** A tool or prompt on its way into the merged list, with the name it asks for. */
interface Claim {
  readonly backend: string;
  readonly item: Item;
  /** The name under which it would be advertised. */
  readonly name: string;
  /** The lower goes first when two ask for one name; among equals the earlier one does. */
  readonly precedence: number;
  /** Whether it is shown at all; a hidden one can hold a name, but is neither listed nor callable. */
  readonly advertised: boolean;
  /** Changes to the item's text other than that of its name. */
  readonly edits: readonly Edit[];
}

interface Settlement {
  /** One claim per name, in the order of the claims. */
  readonly winners: readonly Claim[];
  readonly problems: readonly CatalogProblem[];
}

/** Gives each name to one claim, deterministically; never fails, since one backend must not take down the rest. */
function settle(kind: ItemKind, claims: readonly Claim[]): Settlement {
  const holders = new Map<string, Claim>();
  for (const claim of claims) {
    const holder = holders.get(claim.name);
    if (holder === undefined || claim.precedence < holder.precedence)
      holders.set(claim.name, claim);
  }
  const winners: Claim[] = [];
  const problems: CatalogProblem[] = [];
  for (const claim of claims) {
    const holder = holders.get(claim.name);
    if (holder === undefined || holder === claim) winners.push(claim);
    else if (claim.advertised) problems.push(lost(kind, claim, holder));
  }
  return { winners, problems };
}

function lost(kind: ItemKind, claim: Claim, holder: Claim): CatalogProblem {
  const { backend, item, name } = claim;
  const taken =
    holder.backend === backend
      ? "the backend itself lists another one under this name"
      : `${holder.advertised ? "" : "a hidden one of "}backend ${JSON.stringify(holder.backend)} has this name`;
  const remedy =
    kind === "tools"
      ? "rename one of them in aggregation.tools[].overrides"
      : 'have them prefixed with aggregation.conflictResolution "prefix"';
  return {
    backend,
    kind,
    name: item.key,
    reason: `left out as ${JSON.stringify(name)}: ${taken} and goes first; ${remedy}`,
  };
}

export { settle, type Claim };
