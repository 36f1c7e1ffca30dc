import * as z from "zod";

/** An object that goes into a manifest as it is; the API server judges it. */
export function passedOn(): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return z.record(z.string(), z.unknown());
}

/** A list of such objects, empty unless given. */
export function passedOnList(description: string) {
  return z.array(passedOn()).default([]).describe(description);
}

/** Labels or annotations, none unless given. */
export function texts(description: string) {
  return z.record(z.string(), z.string()).default({}).describe(description);
}

/** A text, empty unless given. */
export function text(description: string) {
  return z.string().default("").describe(description);
}

/** A switch that is off unless given. */
export function off(description: string) {
  return z.boolean().default(false).describe(description);
}

/** A switch that is on unless given. */
export function on(description: string) {
  return z.boolean().default(true).describe(description);
}

/** Requests and limits of a container. */
export function resources(
  defaults: Readonly<Record<"limits" | "requests", Readonly<Record<string, string>>>>,
) {
  return passedOn().default(structuredClone(defaults)).describe("What the container may use.");
}
