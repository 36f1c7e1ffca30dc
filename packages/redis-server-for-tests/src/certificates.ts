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

/** Makes an authority of its own in a folder, with a certificate for `127.0.0.1` and `localhost`, and one for a client. */
export async function makeCertificates(folder: string): Promise<ClientCredentials> {
  await openssl(folder, ["req", "-x509", ...newKey("ca"), "-days", "2", "-out", "ca.crt"]);
  await writeFile(join(folder, "names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
  for (const name of ["server", "client"]) {
    await openssl(folder, ["req", ...newKey(name), "-out", `${name}.csr`]);
    const authority = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"];
    const files = ["-in", `${name}.csr`, "-out", `${name}.crt`, "-extfile", "names"];
    await openssl(folder, ["x509", "-req", ...authority, ...files, "-days", "2"]);
  }
  const read = (file: string) => readFile(join(folder, file), "utf8");
  return {
    ca: await read("ca.crt"),
    cert: await read("client.crt"),
    key: await read("client.key"),
  };
}

function newKey(name: string): string[] {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  return [...curve, "-nodes", "-keyout", `${name}.key`, "-subj", `/CN=${name} for tests`];
}

async function openssl(folder: string, args: readonly string[]): Promise<void> {
  await run("openssl", args, { cwd: folder });
}
