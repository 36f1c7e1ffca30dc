import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../process/run.ts";

/** A certificate with its key; the paths of two PEM files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Who a certificate is for. */
export interface Subject {
  /** Names the files. */
  readonly name: string;
  /** To Kubernetes, the user. */
  readonly commonName: string;
  /** To Kubernetes, the user's groups. */
  readonly groups?: readonly string[];
  /** Where it may serve, as openssl spells it: `DNS:…`, `IP:…`. */
  readonly servesAt?: readonly string[];
}

/** An authority for one cluster. */
export interface Authority {
  /** The path of its own certificate. */
  readonly ca: string;
  issue(subject: Subject): Promise<Certificate>;
}

const DAYS = ["-days", "30"];
const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes an authority in a folder; works with OpenSSL and with LibreSSL. */
export async function makeAuthority(folder: string): Promise<Authority> {
  const ca = { cert: join(folder, "ca.crt"), key: join(folder, "ca.key") };
  const subject = ["-subj", "/CN=headgate test cluster"];
  await openssl([
    "req",
    "-x509",
    ...EC_KEY,
    ...DAYS,
    ...subject,
    "-keyout",
    ca.key,
    "-out",
    ca.cert,
  ]);
  return { ca: ca.cert, issue: (wanted) => issue(folder, ca, wanted) };
}

async function issue(folder: string, ca: Certificate, subject: Subject): Promise<Certificate> {
  const { name, commonName, groups = [], servesAt = [] } = subject;
  const made = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.ext`);
  const distinguished = `${groups.map((group) => `/O=${group}`).join("")}/CN=${commonName}`;
  const names = servesAt.length === 0 ? [] : [`subjectAltName=${servesAt.join(",")}`];
  const usage = "extendedKeyUsage=serverAuth,clientAuth";
  await writeFile(extensions, `${[usage, ...names].join("\n")}\n`);
  await openssl(["req", ...EC_KEY, "-subj", distinguished, "-keyout", made.key, "-out", request]);
  // A serial number of its own, since several are issued at once.
  const serial = [
    "-set_serial",
    String(BigInt(`0x1${Buffer.from(name).toString("hex")}`) % 2n ** 150n),
  ];
  const authority = ["-CA", ca.cert, "-CAkey", ca.key, ...serial];
  const files = ["-in", request, "-out", made.cert, "-extfile", extensions];
  await openssl(["x509", "-req", ...authority, ...files, ...DAYS]);
  return made;
}

/** A certificate's or key's text. */
export async function pem(file: string): Promise<string> {
  return readFile(file, "utf8");
}

async function openssl(args: readonly string[]): Promise<void> {
  await run("openssl", args);
}
