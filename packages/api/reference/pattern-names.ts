import { type PatternNames, structuralSchema } from "@headgate/kube-schema";
import type * as z from "zod";
import { DurationText } from "../src/gateway-config/duration-text.ts";
import {
  HttpsUrl,
  HttpUrl,
  IssuerUrl,
  ProviderName,
  RemoteUrl,
  ResourceUrl,
} from "../src/kinds/blocks/text-pattern.ts";

const pattern = (schema: z.ZodType) => structuralSchema(schema).pattern ?? "";

/** What the pages call the patterns that occur again and again. */
export const PATTERN_NAMES: PatternNames = {
  [pattern(DurationText)]: "a duration",
  [pattern(HttpUrl)]: "an http or https URL",
  [pattern(RemoteUrl)]: "an http or https URL",
  [pattern(HttpsUrl)]: "an https URL",
  [pattern(IssuerUrl)]: "an http or https URL without query, fragment and trailing slash",
  [pattern(ResourceUrl)]: "an http or https URL without spaces",
  [pattern(ProviderName)]: "lower-case letters, digits and inner hyphens",
};
