import { misbehavingChild } from "../fixtures/misbehaving/stdio.ts";
import type { StdioMisbehaviour } from "../fixtures/misbehaving/stdio.ts";

/** One backend as a configuration writes it. */
export type BackendEntry = { name: string } & Record<string, unknown>;

/** An HTTP backend. */
export function httpBackend(name: string, url: string): BackendEntry {
  return { name, transport: "streamable-http", url };
}

/** A stdio backend that misbehaves, whose starts go to a journal. */
export function stdioBackend(
  name: string,
  behaviour: StdioMisbehaviour,
  journal?: string,
): BackendEntry {
  return { name, transport: "stdio", ...misbehavingChild(behaviour, journal) };
}

/** A configuration in which tools are named `BACKEND_TOOL`. */
export function configOf(backends: BackendEntry[], operational: object = {}): object {
  return {
    name: "faults",
    groupRef: "faults",
    incomingAuth: { type: "anonymous" },
    outgoingAuth: { source: "inline", default: { type: "unauthenticated" } },
    aggregation: {
      conflictResolution: "prefix",
      conflictResolutionConfig: { prefixFormat: "{workload}_" },
    },
    backends,
    operational,
  };
}
