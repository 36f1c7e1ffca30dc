import * as z from "zod";

/** A Kubernetes object in the same namespace, by name. */
export const NameRef = z.strictObject({
  name: z.string().describe("Name of the object."),
});
export type NameRef = z.infer<typeof NameRef>;
