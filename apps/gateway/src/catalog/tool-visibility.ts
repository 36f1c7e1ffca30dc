import type { Aggregation, WorkloadTools } from "@headgate/api";

/** Whether a backend's tool is shown, by the name it has after overrides and before any prefix. */
type Visible = (name: string) => boolean;

/** Which tools of one backend are shown; `entry` is its entry in `aggregation.tools`, if it has one. */
function toolVisibility(rules: Aggregation, entry: WorkloadTools | undefined): Visible {
  const hidesAll =
    rules.excludeAllTools === true ||
    entry?.excludeAll === true ||
    (entry === undefined && rules.defaultToolVisibility === "deny");
  if (hidesAll) return () => false;
  // An empty filter is no filter: the Kubernetes form of this configuration cannot tell the two apart.
  const filter = entry?.filter?.length ? new Set(entry.filter) : undefined;
  return (name) => filter?.has(name) ?? true;
}

export { toolVisibility };
