export { freeObject, freeValue, PRESERVE_KEYWORD } from "./free-form.ts";
export { atomicList, LIST_MAP_KEYS_KEYWORD, LIST_TYPE_KEYWORD, listMap } from "./list-map.ts";
export { type CelRule, type Rule, VALIDATIONS_KEYWORD, withRules } from "./rule.ts";
export { SchemaError, type SchemaErrorCode } from "./schema-error.ts";
export { structuralSchema, type StructuralSchema } from "./structural.ts";
