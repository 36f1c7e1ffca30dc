import type * as z from "zod";

/** A column that `kubectl get` shows, in the order of the definition. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  readonly jsonPath: string;
}

/** One version of a kind; all versions have the same schema. */
export interface KindVersion {
  readonly name: string;
  /** What the API server answers to whoever uses this version, if it should no longer be used. */
  readonly deprecation?: string;
}

/** Everything about a kind that its CustomResourceDefinition, its pages and its users are derived from. */
export interface KindDefinition<
  Spec extends z.ZodType = z.ZodType,
  Status extends z.ZodType = z.ZodType,
> {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** What an object of this kind is, in a sentence. */
  readonly description: string;
  /** The versions that are served, oldest first; the last one is stored. */
  readonly versions: readonly [...KindVersion[], KindVersion];
  readonly columns: readonly PrinterColumn[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec: Spec;
  readonly status: Status;
}

/** A kind together with the names that follow from its definition. */
export interface Kind<
  Spec extends z.ZodType = z.ZodType,
  Status extends z.ZodType = z.ZodType,
> extends KindDefinition<Spec, Status> {
  /** Group and stored version, as manifests have them. */
  readonly apiVersion: string;
  readonly listKind: string;
  readonly singular: string;
}

/** Promises the definition together with the names that follow from it. */
export function defineKind<Spec extends z.ZodType, Status extends z.ZodType>(
  definition: KindDefinition<Spec, Status>,
): Kind<Spec, Status> {
  const stored = definition.versions.at(-1)?.name ?? "";
  return {
    ...definition,
    apiVersion: `${definition.group}/${stored}`,
    listKind: `${definition.kind}List`,
    singular: definition.kind.toLowerCase(),
  };
}

/** Who else keeps an object alive. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** What the API server says of any object; times as text. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Counts changes of the spec. */
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
}

/** An object of a kind as the API server hands it out: defaults filled in, and neither spec nor status certain. */
export interface ObjectOf<K extends Kind> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: z.output<K["spec"]>;
  readonly status?: z.output<K["status"]>;
}

/** An object of a kind as a person writes it. */
export interface ManifestOf<K extends Kind> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: z.input<K["spec"]>;
}
