import type { GatewayConfigInput } from "@headgate/api";
import type { Observed } from "./observe.ts";

type Aggregation = NonNullable<GatewayConfigInput["aggregation"]>;
type WorkloadTools = NonNullable<Aggregation["tools"]>[number];

/** How tools become one list, with each MCPToolConfig written out. */
export function aggregation(observed: Pick<Observed, "spec" | "toolConfigs">): Aggregation {
  const given = observed.spec.config?.aggregation;
  const conflictResolution = given?.conflictResolution ?? "prefix";
  const config = given?.conflictResolutionConfig;
  return {
    ...given,
    conflictResolution,
    conflictResolutionConfig: { ...config, prefixFormat: config?.prefixFormat ?? "{workload}_" },
    ...(given?.tools && { tools: given.tools.map((tools) => resolved(tools, observed)) }),
  };
}

// What stands beside the reference wins, entry by entry.
function resolved(
  { toolConfigRef, ...own }: WorkloadTools,
  { toolConfigs }: Pick<Observed, "toolConfigs">,
): WorkloadTools {
  if (toolConfigRef === undefined) return own;
  const shared = toolConfigs.get(toolConfigRef.name)?.spec;
  // A filter that is lost must not show what it hid.
  if (shared === undefined) return { workload: own.workload, excludeAll: true };
  const { toolsFilter, toolsOverride } = shared;
  const filter = own.filter ?? toolsFilter;
  const overrides = { ...toolsOverride, ...own.overrides };
  return {
    ...own,
    ...(filter && { filter }),
    ...(Object.keys(overrides).length > 0 && { overrides }),
  };
}

/** The MCPToolConfigs that are named and do not exist, by the workload whose tools are hidden for it. */
export function missingToolConfigs({
  spec,
  toolConfigs,
}: Pick<Observed, "spec" | "toolConfigs">): readonly { workload: string; toolConfig: string }[] {
  return (spec.config?.aggregation?.tools ?? []).flatMap(({ workload, toolConfigRef }) =>
    toolConfigRef === undefined || toolConfigs.has(toolConfigRef.name)
      ? []
      : [{ workload, toolConfig: toolConfigRef.name }],
  );
}
