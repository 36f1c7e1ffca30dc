import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** What an expression in PromQL asks for. */
export interface Asked {
  /** The names of its metrics, each once. */
  readonly metrics: readonly string[];
  /** Those of them that it looks at over a time, as `rate` does. */
  readonly overTime: readonly string[];
  /** The labels that it selects or groups by, each once. */
  readonly labels: readonly string[];
}

/** Reads an expression; throws a SyntaxError with the place where it is no PromQL. */
export function readPromQl(expression: string): Asked {
  const metrics = new Set<string>();
  const overTime = new Set<string>();
  const labels = new Set<string>();
  parser.parse(expression).iterate({
    enter: ({ type, from, node }) => {
      if (type.isError) throw new SyntaxError(`no PromQL at character ${from}: ${expression}`);
      if (type.name === "LabelName") labels.add(textOf(node, expression));
      if (type.name !== "VectorSelector") return;
      const name = metricOf(node, expression);
      metrics.add(name);
      if (node.parent?.name === "MatrixSelector") overTime.add(name);
    },
  });
  return { metrics: [...metrics], overTime: [...overTime], labels: [...labels] };
}

function metricOf(selector: SyntaxNode, expression: string): string {
  const name = selector.getChild("Identifier");
  if (name === null) throw new SyntaxError(`it names no metric: ${expression}`);
  return textOf(name, expression);
}

function textOf({ from, to }: SyntaxNode, expression: string): string {
  return expression.slice(from, to);
}
