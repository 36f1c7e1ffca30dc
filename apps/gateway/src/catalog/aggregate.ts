import { Aggregation } from "@headgate/api";
import { mergeAddressed } from "./addressed-list.ts";
import type { BackendCatalog } from "./backend-catalog.ts";
import { mergeCapabilities } from "./capabilities.ts";
import { mergeInstructions } from "./instructions.ts";
import { mergePrompts, mergeTools } from "./named-list.ts";
import { listPages } from "./pages.ts";
import { resourceOwners } from "./resource-owner.ts";
import type { View } from "./view.ts";

/**
 * Merges what the backends offer into what clients see. The order of `catalogs` is that of the configuration
 * and decides every tie, so equal inputs give equal views; a conflict costs its loser and nothing else. Never throws.
 */
function aggregate(
  catalogs: readonly BackendCatalog[],
  rules: Aggregation = Aggregation.parse({}),
): View {
  const tools = mergeTools(catalogs, rules);
  const prompts = mergePrompts(catalogs, rules);
  const resources = mergeAddressed("resources", catalogs);
  const templates = mergeAddressed("resourceTemplates", catalogs);
  const owners = resourceOwners(resources.owners, templates.owners);
  return {
    lists: {
      tools: listPages("tools", tools.texts),
      prompts: listPages("prompts", prompts.texts),
      resources: listPages("resources", resources.texts),
      resourceTemplates: listPages("resourceTemplates", templates.texts),
    },
    tools: tools.routes,
    prompts: prompts.routes,
    resourceOwner: owners.resourceOwner,
    referenceOwner: owners.referenceOwner,
    capabilities: mergeCapabilities(catalogs.map((catalog) => catalog.capabilities)),
    instructions: mergeInstructions(catalogs),
    problems: [
      ...catalogs.flatMap((catalog) => catalog.problems),
      ...tools.problems,
      ...prompts.problems,
      ...resources.problems,
      ...templates.problems,
      ...owners.problems,
    ],
  };
}

export { aggregate };
