import type { Span } from "../json/spans.ts";

/** One listed thing (tool, prompt, resource, template) in the text in which the backend sent it. */
interface Item {
  /** JSON text of the whole object. */
  readonly text: string;
  /** Its `name`, `uri` or `uriTemplate`, whichever identifies it, decoded. */
  readonly key: string;
  /** Where the value of that member stands in `text` (with its quotes). */
  readonly keySpan: Span;
}

/** The four kinds of thing that backends list. */
type ItemKind = "tools" | "prompts" | "resources" | "resourceTemplates";

/** Something that reading or aggregation left out or changed, for log and status. */
interface CatalogProblem {
  readonly backend: string;
  readonly kind: ItemKind;
  readonly name: string;
  readonly reason: string;
}

/** What one backend offers to one class of clients, as it was last read in full. */
interface BackendCatalog {
  readonly backend: string;
  readonly items: Readonly<Record<ItemKind, readonly Item[]>>;
  /** Capabilities from its initialize result, parsed. */
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly instructions: string | undefined;
  /** What was left out on reading; aggregation passes it on to the view. */
  readonly problems: readonly CatalogProblem[];
}

export type { BackendCatalog, CatalogProblem, Item, ItemKind };
