import type { RedisConnection } from "@headgate/redis";

/** Waits until a write is answered; for a primary that is being found, or moves. */
export async function readyConnection(redis: RedisConnection): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    try {
      await redis.send("SET", ["ready", "1"], { deadlineMs: 1_000 });
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
