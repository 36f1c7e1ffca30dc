import { connectRedis } from "@headgate/redis";
import { startRedis } from "@headgate/redis-server-for-tests";
import { expect, onTestFinished, test } from "vitest";
import { redisSessionBus } from "../src/bus/redis.ts";
import { cachedSessions } from "../src/cache/cached-sessions.ts";
import { redisSessionCounter } from "../src/caps/redis.ts";
import { redisEventLog } from "../src/events/redis.ts";
import { redisSessionStore } from "../src/store/redis.ts";
import { ready } from "./redis-rig.ts";

test("every operation is one round trip, and the use of a known session none", async () => {
  const server = await startRedis();
  let trips = 0;
  const { host, port } = server;
  const connection = connectRedis({
    topology: { kind: "single", host, port },
    observer: { roundTripBegun: () => void (trips += 1) },
  });
  onTestFinished(async () => {
    await connection.close();
    await server.stop();
  });
  await ready(connection);
  const store = redisSessionStore({ connection });
  const bus = redisSessionBus({ connection, processId: "a" });
  const sessions = cachedSessions({ store });
  const counter = redisSessionCounter({ connection, store });
  const log = redisEventLog({ connection });
  const stream = { sessionId: "session", streamId: "stream" };
  const known = { value: "a", revision: 1 };
  const operations: Readonly<Record<string, () => Promise<unknown>>> = {
    create: () => store.create("1", "a"),
    read: () => store.read("1"),
    peek: () => store.peek("1"),
    update: () => store.update("1", () => "b", known),
    "update of what is not known": () => store.update("1", () => "c"),
    restoreMissing: () => store.restoreMissing("2", known),
    end: () => store.end("2"),
    "create, cached": () => sessions.create("3", "a"),
    "read of a known session, cached": () => sessions.read("3"),
    "update, cached": () => sessions.update("3", () => "b"),
    "first read of another's session, cached": () => sessions.read("1"),
    admit: () => counter.admit("user", "1"),
    release: () => counter.release("user", "1"),
    append: () => log.append(stream, "a"),
    readAfter: () => log.readAfter(stream, 0),
    deleteSession: () => log.deleteSession("session"),
    broadcast: () => bus.broadcast("topic", "text"),
    sendTo: () => bus.sendTo("b", "topic", "text"),
  };
  // A script that the server does not have costs one more.
  for (const load of [store.update("0", String), store.restoreMissing("0", known)]) await load;
  for (const load of [counter.admit("0", "0"), log.append(stream, ""), log.deleteSession("0")]) {
    await load;
  }
  await bus.broadcast("topic", "");
  const counts: Record<string, number> = {};
  for (const [name, operation] of Object.entries(operations)) {
    trips = 0;
    await operation();
    counts[name] = trips;
  }
  sessions.close();
  trips = 0;
  await Promise.all([sessions.read("1", { fresh: true }), connection.send("PING")]);
  expect(trips).toBe(1);
  const one = Object.fromEntries(Object.keys(operations).map((name) => [name, 1]));
  expect(counts).toEqual({
    ...one,
    "update of what is not known": 2,
    "read of a known session, cached": 0,
  });
});
