import {
  cachedSessions,
  memorySessionStore,
  newSessionId,
  recordEnvelope,
  sealedSessions,
  type CachedSessions,
} from "@headgate/session-store";
import { sessionStoreContract } from "@headgate/session-store/contract";
import { redisSessionStore } from "@headgate/session-store/redis";

const keys = [{ id: "k1", secret: new Uint8Array(32) }];
const store = sealedSessions(memorySessionStore(), recordEnvelope({ keys }));
const sessions: CachedSessions = cachedSessions({ store });
const id = newSessionId();
await sessions.create(id, "a");
await sessions.update(id, (value) => `${value}b`);
const read = await sessions.read(id);
const value = read.outcome === "found" ? read.record.value : read.outcome;
await sessions.end(id);
const { outcome } = await sessions.read(id);
sessions.close();
console.log(value, outcome, typeof sessionStoreContract, typeof redisSessionStore);
