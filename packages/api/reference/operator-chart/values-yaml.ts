import { Document, type Scalar, YAMLMap } from "yaml";
import type { Value } from "./value-tree.ts";

/** The `values.yaml` of a chart: every value with its default, and what it is for. */
export function valuesYaml(values: readonly Value[]): string {
  const document = new Document(mapOf(values));
  return `# Generated from packages/api. Change the schema there and run: npm run generate\n\n${document.toString({ lineWidth: 0 })}`;
}

function mapOf(values: readonly Value[]): YAMLMap {
  const document = new Document();
  const map = new YAMLMap();
  for (const { path, description, fields, default: value } of values) {
    const key = document.createNode(path.at(-1)) as Scalar;
    if (description !== "") key.commentBefore = ` ${description}`;
    if (fields !== undefined && path.length === 1) key.spaceBefore = true;
    map.add({ key, value: fields === undefined ? document.createNode(value) : mapOf(fields) });
  }
  return map;
}
