import { writeFile } from "node:fs/promises";
import { pem, type Certificate } from "./certificates.ts";

/** Writes a kubeconfig that is complete in itself; JSON, which is YAML too. */
export async function writeKubeconfig(
  file: string,
  { url, ca, user }: { readonly url: string; readonly ca: string; readonly user: Certificate },
): Promise<string> {
  const name = "headgate-test";
  const data = async (path: string) => Buffer.from(await pem(path)).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: url, "certificate-authority-data": await data(ca) } }],
    users: [
      {
        name,
        user: {
          "client-certificate-data": await data(user.cert),
          "client-key-data": await data(user.key),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  await writeFile(file, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  return file;
}
