import { afterAll, beforeAll, describe, test } from "vitest";
import { recordEnvelope } from "../src/envelope/record-envelope.ts";
import { sealedSessions } from "../src/envelope/sealed-sessions.ts";
import { sessionStoreContract, type OpenSessionStore } from "../src/store/contract.ts";
import { redisSessionStore } from "../src/store/redis.ts";
import type { SessionStore } from "../src/store/session-store.ts";
import { afterFailover, cluster, single, type Deployment } from "./deployments.ts";
import { Rig } from "./redis-rig.ts";

describe.each([
  { name: "one Redis", start: single },
  { name: "a Cluster of three", start: cluster },
  { name: "Sentinels after a failover", start: afterFailover },
])("on $name", ({ start }) => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await start();
  });
  afterAll(() => deployment.stop());

  const openSessions =
    (wrap: (store: SessionStore) => SessionStore): OpenSessionStore =>
    async (ttlMs) => {
      const rig = new Rig(deployment);
      const options = { keyPrefix: rig.prefix, ttlMs, deadlineMs: 5000 };
      return {
        store: wrap(redisSessionStore({ ...options, connection: await rig.connect() })),
        other: wrap(redisSessionStore({ ...options, connection: await rig.connect() })),
        age: (byMs) => rig.age(byMs),
        forget: (id) => rig.forget(id),
        close: () => rig.close(),
      };
    };

  describe("sessions", () => {
    sessionStoreContract(
      { test },
      openSessions((store) => store),
    );
  });

  describe("sealed sessions", () => {
    const keys = [{ id: "k1", secret: new Uint8Array(32).fill(7) }];
    sessionStoreContract(
      { test },
      openSessions((store) => sealedSessions(store, recordEnvelope({ keys }))),
    );
  });
});
