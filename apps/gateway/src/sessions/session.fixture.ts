import { FakeBackend, profileOf } from "../backends/backend.fixture.ts";
import type { ClientProfile } from "../backends/port.ts";
import { aggregate } from "../catalog/aggregate.ts";
import { ANONYMOUS } from "../identity/caller.ts";
import { Session, type SessionContext } from "./session.ts";

/** What a session told the rest of the gateway. */
interface Told {
  readonly changed: string[];
  readonly asked: string[];
  readonly failed: string[];
}

/** A context of two fake backends and a clock that a test sets. */
function contextOf(clock: { ms: number } = { ms: 0 }): {
  readonly a: FakeBackend;
  readonly b: FakeBackend;
  readonly told: Told;
  readonly context: SessionContext;
} {
  const [a, b] = [new FakeBackend("a"), new FakeBackend("b")];
  const told: Told = { changed: [], asked: [], failed: [] };
  const view = aggregate([]);
  const context: SessionContext = {
    backends: new Map([
      ["a", a],
      ["b", b],
    ]),
    streamLimits: {
      maxEvents: 100,
      maxBytes: 100_000,
      maxUnsentBytes: 100_000,
      budget: { used: 0, max: 1_000_000 },
    },
    now: () => clock.ms,
    viewOf: () => view,
    viewWith: () => view,
    catalogOf: () => undefined,
    listChanged: (classKey, backend) => void told.changed.push(`${classKey} ${backend}`),
    linkFailed: (backend) => void told.failed.push(backend),
    asked: (backend, method, outcome) => told.asked.push(`${backend} ${method} ${outcome}`),
  };
  return { a, b, told, context };
}

/** A session of a client with this profile. */
function sessionOf(context: SessionContext, profile: Partial<ClientProfile> = {}): Session {
  const facts = {
    id: "s",
    protocolVersion: "2025-11-25",
    profile: profileOf(profile),
    classKey: "class",
    caller: ANONYMOUS,
  };
  return new Session(facts, context, context.now());
}

export { contextOf, sessionOf };
