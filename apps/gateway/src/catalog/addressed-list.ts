import type { BackendCatalog, CatalogProblem } from "./backend-catalog.ts";

/** Resources or templates of all backends; their addresses are never rewritten. */
interface AddressedList {
  /** JSON texts of the items, in configuration order. */
  readonly texts: readonly string[];
  /** The backend that owns each URI (or template), in the same order. */
  readonly owners: ReadonlyMap<string, string>;
  readonly problems: readonly CatalogProblem[];
}

/** Merges by URI or template text: the first backend in configuration order that lists one owns it. */
function mergeAddressed(
  kind: "resources" | "resourceTemplates",
  catalogs: readonly BackendCatalog[],
): AddressedList {
  const texts: string[] = [];
  const owners = new Map<string, string>();
  const problems: CatalogProblem[] = [];
  for (const { backend, items } of catalogs) {
    for (const { key, text } of items[kind]) {
      const owner = owners.get(key);
      if (owner === undefined) {
        owners.set(key, backend);
        texts.push(text);
      } else {
        const reason = `left out: backend ${JSON.stringify(owner)} lists the same one first`;
        problems.push({ backend, kind, name: key.slice(0, 256), reason });
      }
    }
  }
  return { texts, owners, problems };
}

export { mergeAddressed, type AddressedList };
