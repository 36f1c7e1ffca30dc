import type { BackendCatalog, Item, ItemKind } from "./backend-catalog.ts";
import { readListPage } from "./read-list.ts";

/** What a test says a backend lists: JSON texts, or for tools and prompts just names. */
type Listed = Partial<Record<ItemKind, readonly string[]>>;

/** A catalogue as it would have been read from a backend that lists these things. */
function catalogOf(
  backend: string,
  listed: Listed,
  rest: Partial<BackendCatalog> = {},
): BackendCatalog {
  const read = (kind: ItemKind): readonly Item[] => {
    const texts = (listed[kind] ?? []).map((one) =>
      one.startsWith("{") ? one : textOf(kind, one),
    );
    const page = readListPage({ backend, kind }, `{"${kind}":[${texts.join(",")}]}`);
    if (page.problems.length > 0) throw new Error(page.problems[0]?.reason);
    return page.items;
  };
  return {
    backend,
    items: {
      tools: read("tools"),
      prompts: read("prompts"),
      resources: read("resources"),
      resourceTemplates: read("resourceTemplates"),
    },
    capabilities: {},
    instructions: undefined,
    problems: [],
    ...rest,
  };
}

function textOf(kind: ItemKind, key: string): string {
  const text = JSON.stringify(key);
  switch (kind) {
    case "tools":
      return `{"name":${text},"inputSchema":{"type":"object"}}`;
    case "prompts":
      return `{"name":${text}}`;
    case "resources":
      return `{"uri":${text},"name":"n"}`;
    case "resourceTemplates":
      return `{"uriTemplate":${text},"name":"n"}`;
    default:
      return kind satisfies never;
  }
}

export { catalogOf };
