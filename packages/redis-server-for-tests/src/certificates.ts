import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a client needs to be let in where certificates are asked for; PEM texts. */
export interface ClientCredentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** An authority, a certificate for servers and one for clients, as files in a folder. */
export interface Certificates {
  readonly folder: string;
  readonly client: ClientCredentials;
}

/** Makes an authority in a folder, with a certificate for `127.0.0.1` and `localhost`, and one for a client. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  await openssl(folder, ["req", "-x509", ...newKey("ca"), "-days", "2", "-out", "ca.crt"]);
  await writeFile(join(folder, "names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
  for (const name of ["server", "client"]) {
    await openssl(folder, ["req", ...newKey(name), "-out", `${name}.csr`]);
    const authority = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"];
    const files = ["-in", `${name}.csr`, "-out", `${name}.crt`, "-extfile", "names"];
    await openssl(folder, ["x509", "-req", ...authority, ...files, "-days", "2"]);
  }
  const read = (file: string) => readFile(join(folder, file), "utf8");
  const [ca, cert, key] = await Promise.all([
    read("ca.crt"),
    read("client.crt"),
    read("client.key"),
  ]);
  return { folder, client: { ca, cert, key } };
}

function newKey(name: string): string[] {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  return [...curve, "-nodes", "-keyout", `${name}.key`, "-subj", `/CN=${name} for tests`];
}

async function openssl(folder: string, args: readonly string[]): Promise<void> {
  await run("openssl", args, { cwd: folder });
}

/** What a server with these certificates is told, also for its links to other servers. */
export function tlsDirectives({ folder }: Certificates, port: number): Record<string, string> {
  return {
    port: "0",
    "tls-port": String(port),
    "tls-cert-file": join(folder, "server.crt"),
    "tls-key-file": join(folder, "server.key"),
    "tls-ca-cert-file": join(folder, "ca.crt"),
    "tls-replication": "yes",
  };
}

/** What redis-cli is told to get in. */
export function tlsFlags({ folder }: Certificates): string[] {
  const files = { "--cacert": "ca.crt", "--cert": "client.crt", "--key": "client.key" };
  return ["--tls", ...Object.entries(files).flatMap(([flag, file]) => [flag, join(folder, file)])];
}
