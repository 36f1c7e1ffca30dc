import {
  connectRedis,
  RedisError,
  redisOptionsFromUrl,
  type RedisConnection,
} from "@headgate/redis";

const { topology } = redisOptionsFromUrl("rediss://app:secret@redis.example:7000/2");
const port = topology.kind === "single" ? topology.port : undefined;
const redis: RedisConnection = connectRedis({
  topology: { kind: "single", host: "127.0.0.1", port: 1 },
});
await redis.close();
const outcome: unknown = await redis.send("PING").catch((error: unknown) => error);
if (outcome instanceof RedisError) console.log(port, outcome.code, outcome.executed);
