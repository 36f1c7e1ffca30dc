import type { Kind, KindVersion, PrinterColumn } from "./kind.ts";
import { structuralSchema, type StructuralSchema } from "./structural.ts";

/** One version in a CustomResourceDefinition. */
export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: true;
  readonly deprecationWarning?: string;
  readonly additionalPrinterColumns: readonly PrinterColumn[];
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources: { readonly status: Readonly<Record<string, never>> };
}

/** A CustomResourceDefinition of a namespaced kind with a status subresource. */
export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly scope: "Namespaced";
    readonly versions: readonly CrdVersion[];
  };
}

/**
 * The CustomResourceDefinition of a kind. Deprecated versions go without descriptions, which would only say twice
 * what the current one says. Throws a `SchemaError` when a schema cannot be said there.
 */
export function customResourceDefinition(kind: Kind): CustomResourceDefinition {
  const described = objectSchema(kind);
  const versions = kind.versions.map((version) => crdVersion(kind, version, described));
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${kind.plural}.${kind.group}`,
      labels: kind.labels ?? {},
    },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: kind.listKind,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
        categories: kind.categories,
      },
      scope: "Namespaced",
      versions,
    },
  };
}

/** The structural schema of a whole object. Neither spec nor status is required of it. */
export function objectSchema(kind: Kind): StructuralSchema {
  return {
    type: "object",
    description: kind.description,
    properties: {
      apiVersion: { type: "string", description: "Group and version of the kind." },
      kind: { type: "string", description: `Always \`${kind.kind}\`.` },
      metadata: { type: "object" },
      spec: { ...structuralSchema(kind.spec), description: "What is wanted." },
      status: {
        ...structuralSchema(kind.status),
        description: "What was found; written by the operator.",
      },
    },
  };
}

function crdVersion(kind: Kind, version: KindVersion, described: StructuralSchema): CrdVersion {
  const isStored = version === kind.versions.at(-1);
  return {
    name: version.name,
    served: true,
    storage: isStored,
    ...(version.deprecation === undefined
      ? {}
      : { deprecated: true, deprecationWarning: version.deprecation }),
    additionalPrinterColumns: kind.columns,
    schema: { openAPIV3Schema: isStored ? described : withoutDescriptions(described) },
    subresources: { status: {} },
  };
}

function withoutDescriptions(schema: StructuralSchema): StructuralSchema {
  const { description: _, properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, field]) => [name, withoutDescriptions(field)]),
          ),
        }),
    ...(items === undefined ? {} : { items: withoutDescriptions(items) }),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: withoutDescriptions(additionalProperties) }),
  };
}
