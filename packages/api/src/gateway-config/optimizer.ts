import { boundedText, type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { DurationText } from "./duration-text.ts";

const DECIMAL = /^([0-9]*[.])?[0-9]+$/;
const NOT_DECIMAL = 'must be a decimal number in quotes, such as "0.5"';
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const RESERVED_HEADERS = new Set(["authorization", "content-type"]);
const MAX_HEADERS = 32;

// Written as text so that the escapes reach the schema as they are.
const HEADER_VALUE = new RegExp(String.raw`^[^\x00-\x08\x0A-\x1F\x7F]*$`);
const HeaderValue = boundedText(8_192)
  .min(1)
  .regex(HEADER_VALUE, { error: "must not contain control characters" });

const fields = z.strictObject({
  embeddingProvider: z
    .enum(["tei", "openai"])
    .default("tei")
    .describe("Protocol of the embedding service."),
  embeddingService: z
    .string()
    .optional()
    .describe("Base URL of the embedding service; search is by keyword alone when omitted."),
  embeddingServiceTimeout: DurationText.default("30s").describe(
    "Time one request for embeddings may take.",
  ),
  embeddingModel: z.string().optional().describe("For `openai`: the model."),
  embeddingHeaders: z
    .record(z.string(), HeaderValue)
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, {
      error: `at most ${MAX_HEADERS} headers`,
    })
    .meta({ maxProperties: MAX_HEADERS })
    .optional()
    .describe("For `openai`: further headers of each request for embeddings."),
  maxToolsToReturn: z
    .int()
    .min(1)
    .max(50)
    .optional()
    .describe("Tools one search returns; 8 when omitted."),
  hybridSearchSemanticRatio: z
    .string()
    .regex(DECIMAL, { error: NOT_DECIMAL })
    .optional()
    .describe("Weight of meaning against keywords, 0 to 1; 0.5 when omitted."),
  semanticDistanceThreshold: z
    .string()
    .regex(DECIMAL, { error: NOT_DECIMAL })
    .optional()
    .describe("Distance in meaning beyond which a tool is no match, 0 to 2; 1.0 when omitted."),
});

const rules: Rule<z.infer<typeof fields>>[] = [
  {
    cel: "!has(self.embeddingHeaders) || (has(self.embeddingProvider) && self.embeddingProvider == 'openai')",
    message: "embeddingHeaders is only supported when embeddingProvider is 'openai'",
    holds: ({ embeddingHeaders, embeddingProvider }) =>
      embeddingHeaders === undefined || embeddingProvider === "openai",
  },
  {
    cel: String.raw`!has(self.embeddingHeaders) || self.embeddingHeaders.all(k, k.matches('^[!#$%&\\x27*+.^_\\x60|~0-9A-Za-z-]+$') && !(k.lowerAscii() in ['authorization', 'content-type']))`,
    message:
      "embeddingHeaders names must be valid HTTP header names and must not include Authorization or Content-Type",
    holds: ({ embeddingHeaders = {} }) =>
      Object.keys(embeddingHeaders).every(
        (name) => HEADER_NAME.test(name) && !RESERVED_HEADERS.has(name.toLowerCase()),
      ),
  },
];

/** Two tools, one to search and one to call, in place of a long list of tools. */
export const Optimizer = withRules(fields, rules);
export type Optimizer = z.infer<typeof Optimizer>;
