import type { CatalogProblem, ItemKind } from "./backend-catalog.ts";

/** Where an advertised name leads: the backend, and what the backend itself calls the thing. */
interface Route {
  readonly backend: string;
  readonly name: string;
  /** Of a tool: it declares an `outputSchema`, which clients hold its results to. */
  readonly typedOutput?: true;
}

/** One advertised list, serialised once: each page is the JSON text of a list result. */
interface ListPages {
  readonly pages: readonly string[];
  /** The cursor that asks for the page of the same index; empty for the first page, which needs none. */
  readonly cursors: readonly string[];
  readonly count: number;
}

/** Everything that one class of clients can see, merged; deterministic for equal inputs. */
interface View {
  readonly lists: Readonly<Record<ItemKind, ListPages>>;
  readonly tools: ReadonlyMap<string, Route>;
  readonly prompts: ReadonlyMap<string, Route>;
  /** The owner of a resource: by exact URI, else by the first template that matches, else by what is listed with its scheme. */
  readonly resourceOwner: (uri: string) => string | undefined;
  /** The owner of a template by its text, else of a resource, for completions. */
  readonly referenceOwner: (uriOrTemplate: string) => string | undefined;
  /** The merged server capabilities, as JSON text. */
  readonly capabilities: string;
  /** The backends' instructions with attribution, capped; undefined when none gave any. */
  readonly instructions: string | undefined;
  readonly problems: readonly CatalogProblem[];
}

export type { ListPages, Route, View };
