export { admissionViolations, type EvaluateCel } from "./admission.ts";
export { boundedText } from "./bounded-text.ts";
export {
  type CrdVersion,
  customResourceDefinition,
  type CustomResourceDefinition,
  objectSchema,
} from "./crd.ts";
export { withDefaults, withoutNulls } from "./defaulting.ts";
export { editorSchema } from "./editor-schema.ts";
export type { Violation } from "./field-checks.ts";
export { type FieldRow, fieldRows, type PatternNames } from "./field-table.ts";
export { freeObject, freeValue, openObject, PRESERVE_KEYWORD } from "./free-form.ts";
export {
  defineKind,
  type Kind,
  type KindDefinition,
  type KindVersion,
  type ManifestOf,
  type ObjectMeta,
  type ObjectOf,
  type OwnerReference,
  type PrinterColumn,
} from "./kind.ts";
export {
  atomicList,
  atomicObject,
  LIST_MAP_KEYS_KEYWORD,
  LIST_TYPE_KEYWORD,
  listMap,
  setList,
} from "./list-map.ts";
export { manifestSchema } from "./manifest.ts";
export { markdownTable } from "./markdown-table.ts";
export { withoutUnknown } from "./pruning.ts";
export { re2Pattern, re2Text } from "./re2-text.ts";
export { requiredWithDefault } from "./required-default.ts";
export { type CelRule, type Rule, VALIDATIONS_KEYWORD, withRules } from "./rule.ts";
export { SchemaError, type SchemaErrorCode } from "./schema-error.ts";
export { structuralSchema, type StructuralSchema } from "./structural.ts";
export { formattedText, type TextFormat } from "./text-format.ts";
