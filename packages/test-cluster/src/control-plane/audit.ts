import { open, stat } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";

/** A request that the API server took as a write, whatever it answered. */
export interface Write {
  readonly atMs: number;
  readonly verb: string;
  readonly user: string;
  readonly userAgent: string;
  /** Plural, with the subresource: `deployments`, `virtualmcpservers/status`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** The HTTP status it was answered with. */
  readonly code: number;
}

/** What the API server is told to record: the metadata of writes, when they are answered. */
export const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    { level: "Metadata", verbs: ["create", "update", "patch", "delete", "deletecollection"] },
    { level: "None" },
  ],
};

interface Event {
  readonly requestReceivedTimestamp: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** The writes that an API server recorded in a file, in the order in which they were answered. */
export class AuditLog {
  /** The path of the log, which other processes may read too. */
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** A place in the log to count from: everything answered until now lies before it. */
  async mark(): Promise<number> {
    return (await stat(this.file)).size;
  }

  /** Every write since a mark, or since the cluster started. */
  async writes(since = 0): Promise<Write[]> {
    const file = await open(this.file);
    try {
      const { size } = await file.stat();
      const content = Buffer.alloc(Math.max(0, size - since));
      await file.read(content, 0, content.length, since);
      // A record that is being written when we look belongs to the next look.
      const lines = new StringDecoder("utf8").write(content).split("\n").slice(0, -1);
      return lines.map((line) => writeOf(JSON.parse(line) as Event));
    } finally {
      await file.close();
    }
  }
}

function writeOf(event: Event): Write {
  const { resource = "", subresource, namespace, name } = event.objectRef ?? {};
  return {
    atMs: Date.parse(event.requestReceivedTimestamp),
    verb: event.verb,
    user: event.user.username,
    userAgent: event.userAgent ?? "",
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    namespace,
    name,
    code: event.responseStatus?.code ?? 0,
  };
}

/** How often each key occurs among writes. */
export function countWrites(
  writes: readonly Write[],
  keyOf: (write: Write) => string,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const write of writes) counts.set(keyOf(write), (counts.get(keyOf(write)) ?? 0) + 1);
  return counts;
}
