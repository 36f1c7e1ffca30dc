/** What every CustomResourceDefinition of ours has. */
export const KINDS_LABEL = "toolhive.stacklok.dev/auto-migrate-storage-version=true";

type Listed = {
  items: { metadata: { name: string; namespace: string; finalizers?: string[] } }[];
};

/**
 * Deletes all kinds with their objects. What an operator keeps until nobody refers to it is let go of first: the
 * operators of earlier tests are gone, and nobody else would.
 */
export async function clearKinds(
  kubectl: (args: readonly string[]) => Promise<string>,
): Promise<void> {
  const names = await kubectl(["get", "crd", "-l", KINDS_LABEL, "-o", "name"]);
  const kinds = names.split("\n").flatMap((line) => line.trim().split("/")[1] ?? []);
  for (const kind of kinds) {
    const text = await kubectl(["get", kind, "-A", "-o", "json", "--ignore-not-found"]);
    const { items } = (text.trim() === "" ? { items: [] } : JSON.parse(text)) as Listed;
    for (const { metadata } of items)
      if (metadata.finalizers !== undefined) await letGo(kubectl, kind, metadata);
  }
  await kubectl(["delete", "crd", "-l", KINDS_LABEL, "--timeout=60s"]);
}

function letGo(
  kubectl: (args: readonly string[]) => Promise<string>,
  kind: string,
  { name, namespace }: { name: string; namespace: string },
): Promise<string> {
  const patch = '{"metadata":{"finalizers":null}}';
  return kubectl(["patch", `${kind}/${name}`, "-n", namespace, "--type=merge", "-p", patch]).catch(
    // It may have gone meanwhile.
    (error: unknown) => (String(error).includes("NotFound") ? "" : Promise.reject(error as Error)),
  );
}
