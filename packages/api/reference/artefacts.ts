import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  customResourceDefinition,
  editorSchema,
  type Kind,
  manifestSchema,
  structuralSchema,
} from "@headgate/kube-schema";
import { parse, parseAllDocuments, stringify } from "yaml";
import { GatewayConfig } from "../src/gateway-config.ts";
import { KINDS } from "../src/kinds/index.ts";
import { CrdsChartValues } from "./crds-chart-values.ts";
import { gatewayConfigPage } from "./gateway-config-page.ts";
import { kindPage } from "./kind-page.ts";
import { OperatorChartValues } from "./operator-chart/chart-values.ts";
import { valueTree } from "./operator-chart/value-tree.ts";
import { valuesPage } from "./operator-chart/values-page.ts";
import { valuesYaml } from "./operator-chart/values-yaml.ts";

/** A generated file. */
export interface Artefact {
  readonly path: string;
  readonly text: string;
}

/** Every generated file below `root`; throws when an example does not keep to its schema. */
export function artefacts(root: string): Artefact[] {
  return [
    ...gatewayArtefacts(root),
    ...KINDS.flatMap((kind) => kindArtefacts(root, kind)),
    chartArtefact(`${root}deploy/charts/operator-crds/`),
    ...operatorChartArtefacts(root),
  ];
}

function chartArtefact(chart: string): Artefact {
  CrdsChartValues.parse(parse(readFileSync(`${chart}values.yaml`, "utf8")));
  return {
    path: `${chart}values.schema.json`,
    text: json(editorSchema(CrdsChartValues, "Values of headgate-operator-crds")),
  };
}

function operatorChartArtefacts(root: string): Artefact[] {
  const chart = `${root}deploy/charts/operator/`;
  const values = valueTree(OperatorChartValues);
  const yaml = valuesYaml(values);
  OperatorChartValues.parse(parse(yaml));
  return [
    {
      path: `${chart}values.schema.json`,
      text: json(editorSchema(OperatorChartValues, "Values of headgate-operator")),
    },
    { path: `${chart}values.yaml`, text: yaml },
    { path: `${root}docs/reference/operator-chart.md`, text: valuesPage(values) },
  ];
}

function gatewayArtefacts(root: string): Artefact[] {
  const example = read("gateway-config.example.yaml");
  GatewayConfig.parse(parse(example));
  return [
    { path: `${root}docs/reference/gateway-config.md`, text: gatewayConfigPage(example) },
    {
      path: `${root}docs/reference/gateway-config.schema.json`,
      text: json(editorSchema(GatewayConfig, "Headgate gateway configuration")),
    },
    {
      path: `${root}packages/api/test/testdata/gateway-config.structural.json`,
      text: json(structuralSchema(GatewayConfig)),
    },
  ];
}

function kindArtefacts(root: string, kind: Kind): Artefact[] {
  const example = read(`examples/${kind.singular}.yaml`);
  for (const document of parseAllDocuments(example)) manifestSchema(kind).parse(document.toJS());
  return [
    {
      path: `${root}deploy/charts/operator-crds/files/crds/${kind.group}_${kind.plural}.yaml`,
      text: crdYaml(kind),
    },
    { path: `${root}docs/reference/${kind.singular}.md`, text: kindPage(kind, example) },
    {
      path: `${root}docs/reference/${kind.singular}.schema.json`,
      text: json(editorSchema(manifestSchema(kind), kind.kind)),
    },
  ];
}

function crdYaml(kind: Kind): string {
  const text = stringify(customResourceDefinition(kind), {
    aliasDuplicateObjects: false,
    lineWidth: 0,
    version: "1.1",
  });
  return `# Generated from packages/api. Change the schema there and run: npm run generate\n${text}`;
}

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(name, import.meta.url)), "utf8");
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
