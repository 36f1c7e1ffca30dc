import { atomicObject } from "@headgate/kube-schema";
import * as z from "zod";

/** An object in the same namespace, whose name must not be empty. */
export const NamedRef = z.strictObject({
  name: z.string().min(1).describe("Name of the object."),
});
export type NamedRef = z.infer<typeof NamedRef>;

/** One key of a Secret in the same namespace. */
export const SecretKeyRef = z.strictObject({
  name: z.string().describe("Name of the Secret."),
  key: z.string().describe("Key in the Secret."),
});
export type SecretKeyRef = z.infer<typeof SecretKeyRef>;

/** A Secret with the credentials of an image registry. */
export const ImagePullSecret = atomicObject(
  z.strictObject({ name: z.string().default("").describe("Name of the Secret.") }),
);
export type ImagePullSecret = z.infer<typeof ImagePullSecret>;

/** One key of a ConfigMap or Secret, as Kubernetes' own kinds refer to it. */
export const KeySelector = atomicObject(
  z.strictObject({
    name: z.string().default("").describe("Name of the object."),
    key: z.string().describe("Key in the object."),
    optional: z.boolean().optional().describe("Whether object or key may be missing."),
  }),
);
export type KeySelector = z.infer<typeof KeySelector>;

/** Certificates to trust. */
export const CaBundleSource = z.strictObject({
  configMapRef: KeySelector.optional().describe(
    "Key of a ConfigMap with the certificates (PEM), usually `ca.crt`.",
  ),
});
export type CaBundleSource = z.infer<typeof CaBundleSource>;
