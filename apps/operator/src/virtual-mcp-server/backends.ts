import { createHash } from "node:crypto";
import type { Backend, BackendAuthStrategy } from "@headgate/api";
import type * as z from "zod";
import { type Contents, missing } from "./contents.ts";
import { envPart } from "./env-name.ts";
import type { Member } from "./members.ts";
import { type EnvVar, type MountedFile, type Needs, pathOf } from "./needs.ts";
import type { Observed } from "./observe.ts";
import { authFor } from "./outgoing-auth.ts";

/** A member as a backend of the gateway, or why it is left out. */
export interface PlannedBackend extends Needs {
  readonly name: string;
  readonly url: string | undefined;
  readonly authType: string | undefined;
  readonly authConfig: string | undefined;
  /** Set when the gateway does not get it, with the reason that a condition may carry. */
  readonly problem: { readonly reason: string; readonly message: string } | undefined;
  readonly backend: z.input<typeof Backend> | undefined;
  readonly strategy: BackendAuthStrategy | undefined;
}

/** The members as backends, each on its own: what is wrong with one is no other's problem. */
export function backendsOf(observed: Observed, contents: Contents): readonly PlannedBackend[] {
  const sources = new Map<string, string>();
  return observed.members.map((member) => {
    const backend = planned(member, observed, contents);
    const shared = backend.env.find(
      (one) => (sources.get(one.name) ?? sourceOf(one)) !== sourceOf(one),
    );
    if (shared !== undefined) return withoutVariable(backend, shared.name);
    for (const one of backend.env) sources.set(one.name, sourceOf(one));
    return backend;
  });
}

function sourceOf(one: EnvVar): string {
  return JSON.stringify("value" in one ? one.value : [one.secret.name, one.secret.key]);
}

// Names of variables are made of names with fewer characters to choose from; no backend may get another's credentials.
function withoutVariable(backend: PlannedBackend, variable: string): PlannedBackend {
  const message = `Its credentials would be in the variable ${variable}, which another backend has for its own. Rename the backend or its header.`;
  return {
    ...backend,
    env: [],
    files: [],
    problem: { reason: "VariableTaken", message },
    backend: undefined,
    strategy: undefined,
  };
}

function planned(member: Member, observed: Observed, contents: Contents): PlannedBackend {
  const { authConfig, credentials } = authFor(member, observed, contents);
  const about = { name: member.name, url: member.url, authConfig };
  const out = (reason: string, message: string): PlannedBackend => ({
    ...about,
    env: [],
    files: [],
    authType: credentials.ok ? credentials.strategy.type : undefined,
    problem: { reason, message },
    backend: undefined,
    strategy: undefined,
  });
  if (!credentials.ok) return out(credentials.reason, credentials.message);
  if (member.problem !== undefined) return out("BackendUnavailable", member.problem);
  if (member.url === undefined) return out("BackendUnavailable", "It has no address.");
  const forwarded = forwardedHeaders(member, contents);
  if (forwarded.problem !== undefined) return out("HeaderSecretNotFound", forwarded.problem);
  const bundle = caBundle(member, contents);
  if (bundle.problem !== undefined) return out("CABundleRefNotFound", bundle.problem);
  const headers = { ...forwarded.headers, ...credentials.headers };
  return {
    ...about,
    env: [...credentials.env, ...forwarded.env],
    files: bundle.files,
    authType: credentials.strategy.type,
    problem: undefined,
    strategy: credentials.strategy,
    backend: {
      name: member.name,
      url: literal(member.url),
      transport: member.transport,
      ...(member.kind === "MCPServerEntry" && { type: "entry" }),
      ...bundle.config,
      ...(Object.keys(headers).length > 0 && { headers }),
      metadata: {
        group: observed.spec.groupRef.name,
        namespace: observed.namespace,
        tool_type: "mcp",
        workload_type: WORKLOAD_TYPE[member.kind],
      },
    },
  };
}

const WORKLOAD_TYPE = {
  MCPServer: "mcp_server",
  MCPRemoteProxy: "remote_proxy",
  MCPServerEntry: "server_entry",
} as const;

// Whoever may write an entry must not read the gateway's environment by it.
function literal(text: string): string {
  return text.replaceAll("${", () => "$${");
}

interface Forwarded {
  readonly problem?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly env: readonly EnvVar[];
}

function forwardedHeaders({ name, entry }: Member, contents: Contents): Forwarded {
  const { addPlaintextHeaders = {}, addHeadersFromSecret = [] } = entry?.headerForward ?? {};
  const headers = Object.fromEntries(
    Object.entries(addPlaintextHeaders).map(([header, value]) => [header, literal(value)]),
  );
  const env: EnvVar[] = [];
  for (const { headerName, valueSecretRef } of addHeadersFromSecret) {
    const problem = missing("Secret", valueSecretRef, contents);
    if (problem !== undefined) return { problem, headers: {}, env: [] };
    const variable = `TOOLHIVE_SECRET_HEADER_FORWARD_${envPart(headerName)}_${envPart(name)}`;
    env.push({ name: variable, secret: valueSecretRef });
    headers[headerName] = `\${${variable}}`;
  }
  return { headers, env };
}

interface Bundle {
  readonly problem?: string;
  readonly files: readonly MountedFile[];
  readonly config: { readonly caBundlePath?: string };
}

function caBundle({ name, entry }: Member, contents: Contents): Bundle {
  const ref = entry?.caBundleRef?.configMapRef;
  if (ref === undefined) return { files: [], config: {} };
  const problem = missing("ConfigMap", ref, contents);
  if (problem !== undefined) return { problem, files: [], config: {} };
  const file: MountedFile = {
    volume: volumeName("ca-bundle", name),
    from: "ConfigMap",
    ref: { name: ref.name, key: ref.key },
    directory: `/etc/toolhive/ca-bundles/${name}`,
    file: "ca.crt",
  };
  return { files: [file], config: { caBundlePath: pathOf(file) } };
}

const LONGEST_VOLUME_NAME = 63;

/** The name of a volume for an object; a name that is too long, or has dots, ends with a hash. */
export function volumeName(prefix: string, name: string): string {
  const whole = `${prefix}-${name}`;
  if (whole.length <= LONGEST_VOLUME_NAME && !name.includes(".")) return whole;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  const kept = whole.replaceAll(".", "-").slice(0, LONGEST_VOLUME_NAME - hash.length - 1);
  return `${kept.replace(/-$/, "")}-${hash}`;
}
