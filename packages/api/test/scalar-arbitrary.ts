import { admissionViolations, type StructuralSchema } from "@headgate/kube-schema";
import * as fc from "fast-check";

const DURATIONS = [
  "",
  "0s",
  "1s",
  "0.5s",
  "1m0s",
  "1.5h",
  "999ms",
  "10µs",
  "1h30m",
  "5",
  "-1s",
  "1d",
];
const WORDS = [
  "redis",
  "memory",
  "openai",
  "X-Key",
  "authorization",
  "na me",
  "ö",
  "😀",
  "\u0000",
  "stdio",
];
const ODDITIES = [
  "http://a",
  "https://b/mcp",
  "ftp://c",
  "rediss://d:6379/0",
  "0.5",
  "1",
  ".25",
  "1.",
  "tab\there",
  "line\nbreak",
];

const NAMES = [
  "*",
  "agent-1",
  "_claim",
  "access_token",
  "example.com",
  "eu-west-1",
  "arn:aws:iam::123456789012:role/reader",
  "00000000-0000-4000-8000-000000000000",
  "https://auth.example.com",
  "http://auth.example.com/",
  "https://c/\u00a0d",
];

/** Texts of which every pattern of the configuration accepts some and refuses some. */
export const TEXTS: readonly string[] = [...DURATIONS, ...WORDS, ...ODDITIES, ...NAMES];

const SMALLEST = -9;
const LARGEST = 99;
// Longer texts than this are left out: they would only make the run slow.
const LONGEST = 9_000;

/** Scalars that the schema admits, rules aside, with the ends of its ranges among them. */
export function scalar(schema: StructuralSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type !== "string") return integer(schema);
  return fc.constantFrom(...texts(schema, "inside").filter((text) => isAdmitted(schema, text)));
}

/** Scalars just outside what the schema admits; anything where it admits all of the type. */
export function nearMiss(schema: StructuralSchema): fc.Arbitrary<unknown> {
  if (schema.type === "boolean") return fc.constantFrom<unknown>("true", 1);
  if (schema.type === "integer") {
    const [minimum, maximum] = ends(schema);
    return fc.constantFrom(minimum - 1, maximum + 1, minimum + 0.5);
  }
  const refused = texts(schema, "outside").filter((text) => !isAdmitted(schema, text));
  return refused.length === 0 ? fc.string() : fc.constantFrom(...refused);
}

function integer(schema: StructuralSchema): fc.Arbitrary<unknown> {
  const [minimum, maximum] = ends(schema);
  const min = Math.max(minimum, SMALLEST);
  return fc.oneof(
    fc.constantFrom(minimum, maximum),
    fc.integer({ min, max: Math.max(min, Math.min(maximum, LARGEST)) }),
  );
}

function ends({ format, minimum, maximum }: StructuralSchema): [number, number] {
  const [least, most] = format === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [SMALLEST, LARGEST];
  return [minimum ?? least, maximum ?? most];
}

function texts({ maxLength = Infinity }: StructuralSchema, end: "inside" | "outside"): string[] {
  const length = end === "inside" ? maxLength : maxLength + 1;
  return length < LONGEST ? [...TEXTS, "😀".repeat(length)] : [...TEXTS];
}

function isAdmitted(schema: StructuralSchema, text: string): boolean {
  return (
    admissionViolations({ ...schema, "x-kubernetes-validations": [] }, text, () => true).length ===
    0
  );
}
