import type { Aggregation, GatewayConfigInput } from "@headgate/api";
import type * as z from "zod";
import { isMapping } from "../places.ts";
import { error, type Finding, type Path, warning } from "../problem.ts";
import type { Draft } from "../salvage.ts";

type AggregationDraft = Draft<z.input<typeof Aggregation>>;

const AT: Path = ["aggregation"];
const CONFIG: Path = [...AT, "conflictResolutionConfig"];

/** What is wrong with the aggregation, beyond the forms of its values. */
function aggregationRules({ aggregation }: Draft<GatewayConfigInput>): Finding[] {
  if (aggregation === undefined) return [];
  return [
    ...strategyRule(aggregation),
    ...workloadRules(aggregation),
    ...overrideRules(aggregation),
  ];
}

function strategyRule(aggregation: AggregationDraft): Finding[] {
  const { conflictResolution } = aggregation;
  if (conflictResolution === "prefix") return prefixRule(aggregation);
  if (conflictResolution === "priority") return priorityRule(aggregation);
  if (conflictResolution === "manual") return manualRule(aggregation);
  const hint = "write prefix, priority or manual";
  return [error([...AT, "conflictResolution"], "is missing", { hint })];
}

function manualRule({ tools = [] }: AggregationDraft): Finding[] {
  if (tools.length > 0) return [];
  return [error([...AT, "tools"], "must have an entry at least when conflictResolution is manual")];
}

function prefixRule({ conflictResolutionConfig: config }: AggregationDraft): Finding[] {
  const at = [...CONFIG, "prefixFormat"];
  if (config === undefined) {
    return [
      error(CONFIG, "is missing, and conflictResolution is prefix", {
        hint: 'write conflictResolutionConfig: { prefixFormat: "{workload}_" }',
      }),
    ];
  }
  const { prefixFormat } = config;
  if (prefixFormat === undefined || prefixFormat.includes("{workload}")) return [];
  if (prefixFormat === "") {
    return [error(at, "must not be empty", { hint: 'the usual one is "{workload}_"' })];
  }
  return [warning(at, "has no {workload} in it, so that names of two backends can still collide")];
}

function priorityRule(aggregation: AggregationDraft): Finding[] {
  const order = aggregation.conflictResolutionConfig?.priorityOrder ?? [];
  const at = [...CONFIG, "priorityOrder"];
  if (order.length === 0) {
    return [
      error(at, "must name a backend at least when conflictResolution is priority", {
        hint: "name the backends, the one that wins a conflict first",
      }),
    ];
  }
  const configured = new Set(aggregation.tools?.map((entry) => entry?.workload));
  return order.flatMap((workload, index) => {
    if (workload === undefined) return [];
    const place = [...at, index];
    if (order.indexOf(workload) < index) return [error(place, "is here twice")];
    if (aggregation.defaultToolVisibility !== "deny" || configured.has(workload)) return [];
    const message =
      "needs an entry in aggregation.tools, as all its tools are hidden by defaultToolVisibility: deny";
    return [error(place, message)];
  });
}

function workloadRules({ tools = [] }: AggregationDraft): Finding[] {
  const first = new Map<string, number>();
  return tools.flatMap((entry, index) => {
    const workload = entry?.workload;
    if (workload === undefined) return [];
    const at = [...AT, "tools", index, "workload"];
    const earlier = first.get(workload);
    if (earlier !== undefined) {
      const message = `is the workload of aggregation.tools[${earlier}] as well; write one entry for each`;
      return [error(at, message)];
    }
    first.set(workload, index);
    return workload === "" ? [error(at, "must not be empty")] : [];
  });
}

function overrideRules({ tools = [] }: AggregationDraft): Finding[] {
  return tools.flatMap((entry, index) =>
    Object.entries(entry?.overrides ?? {}).flatMap(([tool, override]) => {
      const at = [...AT, "tools", index, "overrides", tool];
      if (override?.name === "") return [error([...at, "name"], "must not be empty")];
      const changes =
        isMapping(override) && Object.values(override).some((part) => part !== undefined);
      if (changes) return [];
      return [error(at, "changes nothing: give it a name, a description or annotations")];
    }),
  );
}

export { aggregationRules };
