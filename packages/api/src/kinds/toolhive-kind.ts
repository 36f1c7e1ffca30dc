import {
  defineKind,
  type Kind,
  type KindDefinition,
  type PrinterColumn,
} from "@headgate/kube-schema";
import type * as z from "zod";

/** The API group of every kind. */
export const GROUP = "toolhive.stacklok.dev";

/** The version manifests should have. */
export const STABLE = { name: "v1beta1" } as const;
/** The older version, of the same schema. */
export const DEPRECATED = {
  name: "v1alpha1",
  deprecation: `${GROUP}/v1alpha1 is deprecated; use v1beta1`,
} as const;

type Individual<Spec extends z.ZodType, Status extends z.ZodType> = Pick<
  KindDefinition<Spec, Status>,
  "kind" | "plural" | "shortNames" | "description" | "columns" | "spec" | "status"
> &
  Partial<Pick<KindDefinition, "versions">>;

/** Promises a kind of the group, with what all of them have in common. */
export function toolhiveKind<Spec extends z.ZodType, Status extends z.ZodType>(
  individual: Individual<Spec, Status>,
): Kind<Spec, Status> {
  return defineKind({
    versions: [DEPRECATED, STABLE],
    ...individual,
    group: GROUP,
    categories: ["toolhive"],
    labels: { [`${GROUP}/auto-migrate-storage-version`]: "true" },
  });
}

/** A column with a text from the object. */
export function column(
  name: string,
  jsonPath: string,
  type: PrinterColumn["type"] = "string",
): PrinterColumn {
  return { name, type, jsonPath };
}

/** A column with the status of a condition. */
export function conditionColumn(name: string, condition = name): PrinterColumn {
  return column(name, `.status.conditions[?(@.type=='${condition}')].status`);
}

/** How long an object has been there. */
export const AGE = column("Age", ".metadata.creationTimestamp", "date");
