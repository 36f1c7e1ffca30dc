/** What one gateway says of one of its backends, in the words of `/api/backends/health`. */
export interface BackendFacts {
  readonly status: "healthy" | "degraded" | "unhealthy" | "unauthenticated" | "unknown";
  /** Kind of the last failure, from a closed set; empty when there was none. */
  readonly errorCategory: string;
  readonly consecutiveFailures: number;
  readonly circuit: "closed" | "open" | "half-open" | undefined;
  readonly circuitChanged: string | undefined;
  readonly revision: string;
}

/** What one gateway says of all of its backends, by name. */
export type PodFacts = ReadonlyMap<string, BackendFacts>;

/** Reads the answer of `/api/backends/health`; what is in no form that is known is left out. */
export function podFactsFrom(body: unknown): PodFacts {
  const facts = new Map<string, BackendFacts>();
  for (const [name, entry] of Object.entries(record(record(body)["backends"]))) {
    const fields = record(entry);
    const status = STATUSES.find((one) => one === fields["Status"]);
    if (status === undefined || facts.size >= MOST_BACKENDS) continue;
    const circuit = CIRCUITS.find((one) => one === fields["CircuitState"]);
    const changed = text(fields["CircuitLastChanged"]);
    const failures = fields["ConsecutiveFailures"];
    facts.set(name, {
      status,
      errorCategory: text(fields["LastErrorCategory"]),
      consecutiveFailures: typeof failures === "number" && failures >= 0 ? failures : 0,
      circuit,
      circuitChanged: changed === "" || changed.startsWith("0001-") ? undefined : changed,
      revision: text(fields["MCPRevision"]),
    });
  }
  return facts;
}

const STATUSES = ["healthy", "degraded", "unhealthy", "unauthenticated", "unknown"] as const;
const CIRCUITS = ["closed", "open", "half-open"] as const;
const MOST_BACKENDS = 1_000;
const LONGEST_TEXT = 256;

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, LONGEST_TEXT) : "";
}

/** Whether two readings say the same to a person; counters that only run on do not count. */
export function sameToPeople(one: PodFacts | undefined, other: PodFacts | undefined): boolean {
  return inWords(one) === inWords(other);
}

function inWords(facts: PodFacts | undefined): string {
  const words = [...(facts ?? [])].map(([name, { status, errorCategory, circuit, revision }]) =>
    JSON.stringify([name, status, errorCategory, circuit, revision]),
  );
  return words.toSorted().join();
}
