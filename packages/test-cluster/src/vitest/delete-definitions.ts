/** Runs kubectl and answers what it printed. */
type Kubectl = (args: readonly string[]) => Promise<string>;

interface Listed {
  readonly items: readonly { readonly metadata: Metadata }[];
}

interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly finalizers?: readonly string[];
}

/**
 * Deletes the CustomResourceDefinitions that a label selector matches, with their objects. Objects with finalizers
 * are let go of first: the operators of earlier tests are gone, and nobody else would.
 */
export async function deleteDefinitions(kubectl: Kubectl, selector: string): Promise<void> {
  const names = await kubectl(["get", "crd", "-l", selector, "-o", "name"]);
  const kinds = names.split("\n").flatMap((line) => line.trim().split("/")[1] ?? []);
  for (const kind of kinds) {
    const text = await kubectl(["get", kind, "-A", "-o", "json", "--ignore-not-found"]);
    const { items } = (text.trim() === "" ? { items: [] } : JSON.parse(text)) as Listed;
    for (const { metadata } of items)
      if (metadata.finalizers !== undefined) await letGo(kubectl, kind, metadata);
  }
  await kubectl(["delete", "crd", "-l", selector, "--timeout=60s"]);
}

function letGo(kubectl: Kubectl, kind: string, { name, namespace }: Metadata): Promise<string> {
  const patch = '{"metadata":{"finalizers":null}}';
  return kubectl(["patch", `${kind}/${name}`, "-n", namespace, "--type=merge", "-p", patch]).catch(
    // It may have gone meanwhile.
    (error: unknown) => (String(error).includes("NotFound") ? "" : Promise.reject(error as Error)),
  );
}
