import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { OPERATOR_CHART } from "./chart.ts";

/** An expression of the chart, and which alert or panel asks it. */
export interface Expression {
  readonly of: string;
  /** PromQL, with a length of time where Grafana puts one. */
  readonly text: string;
}

interface Alerts {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}
interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly definition?: string }[];
  };
}

const read = (file: string) => readFile(join(OPERATOR_CHART, "files", file), "utf8");

/** What the alerts of the chart ask Prometheus. */
export async function alertExpressions(): Promise<readonly Expression[]> {
  const { groups } = parse(await read("alerts.yaml")) as Alerts;
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr }) => ({ of: `alert ${alert}`, text: expr })),
  );
}

/** What the dashboard of the chart asks Prometheus, in its panels and for its variables. */
export async function dashboardExpressions(): Promise<readonly Expression[]> {
  const { panels, templating } = JSON.parse(await read("dashboard.json")) as Dashboard;
  const ofPanels = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      of: `panel ${title}`,
      text: expr.replaceAll("$__rate_interval", "5m"),
    })),
  );
  const ofVariables = templating.list.flatMap(({ name, definition = "" }) => {
    const text = /^label_values\((.*), \w+\)$/.exec(definition)?.[1];
    return text === undefined ? [] : [{ of: `variable ${name}`, text }];
  });
  return [...ofPanels, ...ofVariables];
}
