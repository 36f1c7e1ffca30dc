import { atomicList, boundedText, re2Pattern, type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { ResourceUrl } from "../blocks/text-pattern.ts";

const POSITIVE_FORM = new RegExp(
  String.raw`^\+?((\d+(\.\d*)?|\.\d+)(ns|us|[\u00b5\u03bc]s|ms|s|m|h))+$`,
);

/** What tokens one subject may ask for. */
export const SubjectBinding = z.strictObject({
  subject: re2Pattern(boundedText(256).min(1), "^[^*]+$", "must not contain *").describe(
    "Subject of the assertion.",
  ),
  allowedResources: atomicList(ResourceUrl)
    .min(1)
    .max(50)
    .describe("Resources it may ask a token for."),
});
export type SubjectBinding = z.infer<typeof SubjectBinding>;

const fields = z.strictObject({
  acceptedAudiences: atomicList(ResourceUrl)
    .max(50)
    .optional()
    .describe("Audiences an assertion may have besides the token endpoint."),
  maxAssertionAge: z.string().describe("Oldest assertion that is accepted, a Go duration."),
  subjectBindings: atomicList(SubjectBinding)
    .min(1)
    .max(50)
    .describe("What tokens each subject may ask for."),
});

const rules: Rule<z.infer<typeof fields>>[] = [
  {
    cel: "duration(self.maxAssertionAge) > duration('0s')",
    message: "maxAssertionAge must be greater than zero",
    holds: ({ maxAssertionAge }) => isPositive(maxAssertionAge),
  },
  {
    cel: "self.subjectBindings.all(binding, self.subjectBindings.filter(other, other.subject == binding.subject).size() == 1)",
    message: "subjectBindings must not contain duplicate subjects",
    holds: ({ subjectBindings }) =>
      new Set(subjectBindings.map(({ subject }) => subject)).size === subjectBindings.length,
  },
];

/** The JWT bearer grant (RFC 7523): an assertion of the issuer for a token of ours. */
export const JwtBearerGrant = withRules(fields, rules);
export type JwtBearerGrant = z.infer<typeof JwtBearerGrant>;

function isPositive(text: string): boolean {
  return POSITIVE_FORM.test(text) && /[1-9]/.test(text);
}
