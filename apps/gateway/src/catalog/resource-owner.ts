import type { CatalogProblem } from "./backend-catalog.ts";
import { unlistedOwner } from "./unlisted-owner.ts";
import { uriMatcher, type UriMatcher } from "./uri-template.ts";
import type { View } from "./view.ts";

/** Owners by exact text, in configuration order. */
type Owners = ReadonlyMap<string, string>;

interface ResourceOwners extends Pick<View, "resourceOwner" | "referenceOwner"> {
  readonly problems: readonly CatalogProblem[];
}

// Bound what one read of an unknown URI can cost, whatever templates a backend lists: some 50 ms.
const MAX_MATCHED_TEMPLATES = 1000;
const MAX_STEPS = 2_000_000;

/**
 * Finds whose resource a URI is: the exact URI, else the exact template text, else the first template that matches,
 * else what is listed with the same scheme.
 */
function resourceOwners(resources: Owners, templates: Owners): ResourceOwners {
  const matchers: { readonly backend: string; readonly matches: UriMatcher }[] = [];
  const addresses = [...resources];
  const problems: CatalogProblem[] = [];
  for (const [template, backend] of templates) {
    const matches = matchers.length < MAX_MATCHED_TEMPLATES ? uriMatcher(template) : undefined;
    if (matches) {
      matchers.push({ backend, matches });
      addresses.push([template, backend]);
    } else problems.push(unmatched(backend, template, matchers.length));
  }
  const matched = (uri: string) => {
    const effort = { left: MAX_STEPS };
    return matchers.find(({ matches }) => matches(uri, effort))?.backend;
  };
  const unlisted = unlistedOwner(addresses);
  return {
    resourceOwner: (uri) =>
      resources.get(uri) ?? templates.get(uri) ?? matched(uri) ?? unlisted(uri),
    referenceOwner: (reference) =>
      templates.get(reference) ?? resources.get(reference) ?? matched(reference),
    problems,
  };
}

function unmatched(backend: string, template: string, matchers: number): CatalogProblem {
  const reason =
    matchers < MAX_MATCHED_TEMPLATES
      ? "no valid RFC 6570 template (or over 512 characters or 32 variables), so no URI is matched against it"
      : `only the first ${MAX_MATCHED_TEMPLATES} templates are matched against URIs`;
  return { backend, kind: "resourceTemplates", name: template.slice(0, 256), reason };
}

export { resourceOwners };
