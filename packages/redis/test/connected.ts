import { onTestFinished } from "vitest";
import {
  connectRedis,
  RedisError,
  type RedisConnection,
  type RedisOptions,
  type RedisState,
} from "../src/index.ts";

/** Connects, and closes when the test ends. */
export function opened(options: RedisOptions): RedisConnection {
  const redis = connectRedis(options);
  onTestFinished(() => redis.close());
  return redis;
}

/** Connects and waits until commands can be sent. */
export async function connected(options: RedisOptions): Promise<RedisConnection> {
  const redis = opened(options);
  await becomes(redis, "ready");
  return redis;
}

/** Waits for a state; at once if it is the present one. */
export function becomes(
  redis: RedisConnection,
  state: RedisState,
): Promise<RedisError | undefined> {
  if (redis.state === state) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const stop = redis.onState((now, reason) => {
      if (now !== state) return;
      stop();
      resolve(reason);
    });
  });
}

/** What a call was rejected with; throws if it was not. */
export async function failure(call: Promise<unknown>): Promise<RedisError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RedisError) return error;
    throw error;
  }
  throw new Error("the call did not fail");
}
