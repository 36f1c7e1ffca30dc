import * as z from "zod";
import type { ClientProfile } from "../backends/port.ts";
import type { Caller } from "../identity/caller.ts";
import { INITIAL_STATE, mapOf, type SessionState } from "./session-state.ts";

/** What any process needs to know of a session to go on with it: all that is not bound to one connection or child. */
interface SessionRecord extends SessionState {
  readonly protocolVersion: string;
  readonly caller: Caller;
  /** The client's declared capabilities and `clientInfo`, as JSON text. */
  readonly capabilities: string;
  readonly clientInfo: string;
}

const Backend = z.tuple([
  z.string(),
  z.union([z.string(), z.null()]),
  z.string(),
  z.union([z.literal(0), z.literal(1)]),
]);

/** As it is stored: short names, because there is one for each session. */
const Stored = z.strictObject({
  p: z.string(),
  k: z.enum(["anonymous", "local", "user"]),
  u: z.string().optional(),
  c: z.string(),
  i: z.string(),
  l: z.string().optional(),
  s: z.array(z.tuple([z.string(), z.string()])).optional(),
  b: z.array(Backend).optional(),
  x: z.array(z.tuple([z.string(), z.string()])).optional(),
  o: z.array(z.tuple([z.string(), z.int().nonnegative()])).optional(),
});

/** The record of a session that begins. */
function firstRecord(
  { capabilities, clientInfo }: ClientProfile,
  { protocolVersion, caller }: Pick<SessionRecord, "protocolVersion" | "caller">,
): SessionRecord {
  return { protocolVersion, caller, capabilities, clientInfo, ...INITIAL_STATE };
}

/** The record as text. */
function writeRecord(record: SessionRecord): string {
  const { caller, logLevel, subscriptions, backends, bound, own } = record;
  const stored: z.infer<typeof Stored> = {
    p: record.protocolVersion,
    k: caller.kind,
    ...(caller.userKey !== undefined && { u: caller.userKey }),
    c: record.capabilities,
    i: record.clientInfo,
    ...(logLevel !== undefined && { l: logLevel }),
    ...(subscriptions.size > 0 && { s: [...subscriptions] }),
    ...(backends.size > 0 && {
      b: [...backends].map(([name, { id, protocolVersion, logging }]) => [
        name,
        id ?? null,
        protocolVersion,
        logging ? 1 : 0,
      ]),
    }),
    ...(bound.size > 0 && { x: [...bound] }),
    ...(own.size > 0 && { o: [...own] }),
  };
  return JSON.stringify(stored);
}

/** Reads a record; `undefined` for text that is none, as another version may have written. */
function readRecord(text: string): SessionRecord | undefined {
  const parsed = Stored.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { p, k, u, c, i, l, s, b, x, o } = parsed.data;
  return {
    protocolVersion: p,
    caller: { kind: k, userKey: u },
    capabilities: c,
    clientInfo: i,
    logLevel: l,
    subscriptions: mapOf(s),
    backends: mapOf(
      b?.map(([name, id, protocolVersion, logging]) => [
        name,
        { id: id ?? undefined, protocolVersion, logging: logging === 1 },
      ]),
    ),
    bound: mapOf(x),
    own: mapOf(o),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export { firstRecord, readRecord, writeRecord, type SessionRecord };
