import { findValkey } from "@headgate/redis-server-for-tests";
import { afterAll, beforeAll, describe, test } from "vitest";
import { sessionBusContract } from "../src/bus/contract.ts";
import { redisSessionBus } from "../src/bus/redis.ts";
import type { SessionBus } from "../src/bus/session-bus.ts";
import { sessionCounterContract } from "../src/caps/contract.ts";
import { redisSessionCounter } from "../src/caps/redis.ts";
import { recordEnvelope } from "../src/envelope/record-envelope.ts";
import { sealedSessions } from "../src/envelope/sealed-sessions.ts";
import { eventLogContract } from "../src/events/contract.ts";
import { redisEventLog } from "../src/events/redis.ts";
import { sessionStoreContract, type OpenSessionStore } from "../src/store/contract.ts";
import { redisSessionStore } from "../src/store/redis.ts";
import type { SessionStore } from "../src/store/session-store.ts";
import { afterFailover, cluster, single, valkey, type Deployment } from "./deployments.ts";
import { Rig } from "./redis-rig.ts";

const program = await findValkey();

describe.each([
  { name: "one Redis", start: single },
  { name: "a Cluster of three", start: cluster },
  { name: "Sentinels after a failover", start: afterFailover },
  ...(program === undefined ? [] : [{ name: "Valkey", start: () => valkey(program) }]),
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

  describe("the bus", () => {
    sessionBusContract({ test }, async (maxBytes) => {
      const rig = new Rig(deployment);
      const join = async (processId: string) => {
        const connection = await rig.connect();
        const options = { connection, processId, maxBytes, keyPrefix: rig.prefix };
        return redisSessionBus({ ...options, deadlineMs: 5000 });
      };
      const buses = [await join("a"), await join("b"), await join("c")] as const;
      await Promise.all(buses.map((bus) => bus.ready));
      return {
        buses,
        async interrupt(during) {
          const gaps = Promise.all(buses.map(nextGap));
          await rig.cutSubscriptions();
          await during();
          await gaps;
        },
        close: () => rig.close(),
      };
    });
  });

  describe("events", () => {
    eventLogContract({ test }, async (bounds) => {
      const rig = new Rig(deployment);
      const options = { ...bounds, keyPrefix: rig.prefix, deadlineMs: 5000 };
      return {
        log: redisEventLog({ ...options, connection: await rig.connect() }),
        other: redisEventLog({ ...options, connection: await rig.connect() }),
        age: (byMs) => rig.age(byMs),
        wipe: () => rig.forget(),
        close: () => rig.close(),
      };
    });
  });

  describe("caps", () => {
    sessionCounterContract({ test }, async (options) => {
      const rig = new Rig(deployment);
      const open = async () => {
        const connection = await rig.connect();
        const common = { ...options, connection, deadlineMs: 5000 };
        const store = redisSessionStore({ ...common, keyPrefix: `${rig.prefix}session:` });
        const counter = redisSessionCounter({ ...common, store, keyPrefix: `${rig.prefix}user:` });
        return { store, counter };
      };
      const [{ store, counter }, { counter: other }] = [await open(), await open()];
      return { counter, other, store, age: (byMs) => rig.age(byMs), close: () => rig.close() };
    });
  });
});

function nextGap(bus: SessionBus): Promise<void> {
  return new Promise((resolve) => {
    const stop = bus.listen("probe", {
      message: () => undefined,
      gap() {
        stop();
        resolve();
      },
    });
  });
}
