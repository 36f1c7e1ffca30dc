export { memoryBusNetwork, type MemoryBusNetwork, type MemoryBusOptions } from "./bus/memory.ts";
export type { BusListener, BusMessage, Sending, SessionBus } from "./bus/session-bus.ts";
export { cachedSessions } from "./cache/cached-sessions.ts";
export type {
  CachedCreateOutcome,
  CachedEndOutcome,
  CachedSessions,
  CachedUpdateOutcome,
  CacheStatistics,
  ReadOptions,
} from "./cache/session-cache.ts";
export type { CachedSessionsOptions, CacheEvent } from "./cache/settings.ts";
export {
  memorySessionCounter,
  type MemorySessionCounter,
  type MemorySessionCounterOptions,
} from "./caps/memory.ts";
export {
  admitToProcess,
  admitUser,
  sessionsThatFit,
  type Admitted,
  type CapReached,
  type SessionCaps,
  type UserCaps,
  type UserCounts,
} from "./caps/session-caps.ts";
export type { SessionCounter, SessionCounterOptions } from "./caps/session-counter.ts";
export { userHash } from "./caps/user-hash.ts";
export { steadyClock, systemTimer, type Clock, type Random, type Timer } from "./clock.ts";
export {
  recordEnvelope,
  type EnvelopeRefusal,
  type Opened,
  type RecordEnvelope,
  type RecordEnvelopeOptions,
  type RecordKey,
} from "./envelope/record-envelope.ts";
export { sealedSessions } from "./envelope/sealed-sessions.ts";
export { SessionStoreError, type SessionStoreErrorCode } from "./error.ts";
export type {
  AppendOutcome,
  EventFollower,
  EventLog,
  EventLogBounds,
  EventsRead,
  LoggedEvent,
  StreamAddress,
} from "./events/event-log.ts";
export {
  memoryEventLog,
  type MemoryEventLog,
  type MemoryEventLogOptions,
} from "./events/memory.ts";
export { isSessionId, newSessionId, type RandomBytes } from "./session-id.ts";
export {
  memorySessionStore,
  type MemorySessionStore,
  type MemorySessionStoreOptions,
} from "./store/memory.ts";
export type {
  Change,
  CreateOutcome,
  Ended,
  EndOutcome,
  Found,
  Missing,
  ReadOutcome,
  RestoreOutcome,
  SessionRecord,
  SessionStore,
  Unreadable,
  UpdateOutcome,
} from "./store/session-store.ts";
export { type Unavailable, type UnavailableReason } from "./unavailable.ts";
