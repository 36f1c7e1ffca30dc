import { boundedText } from "@headgate/kube-schema";
import * as z from "zod";
import { DurationText } from "./duration-text.ts";

const HostAndPort = boundedText(261).min(1);
const FilePath = boundedText(4_096).min(1);

/** How connections to Redis are encrypted. */
export const RedisTls = z.strictObject({
  caBundlePath: FilePath.optional().describe(
    "File with the certificates to trust (PEM); the system's when omitted.",
  ),
  certificatePath: FilePath.optional().describe("File with the client's own certificate (PEM)."),
  keyPath: FilePath.optional().describe("File with the key of the client's certificate (PEM)."),
  serverName: boundedText(253)
    .min(1)
    .optional()
    .describe("Name in the server's certificate, when it is not the host of the address."),
});
export type RedisTls = z.infer<typeof RedisTls>;

/** Sentinels that know which Redis is the primary. */
export const RedisSentinel = z.strictObject({
  masterName: boundedText(253).min(1).describe("Name under which the sentinels watch the primary."),
  addresses: z.array(HostAndPort).min(1).max(16).describe("Host and port of each sentinel."),
  username: boundedText(256)
    .min(1)
    .optional()
    .describe(
      "ACL user at the sentinels; its password comes from THV_SESSION_REDIS_SENTINEL_PASSWORD.",
    ),
});
export type RedisSentinel = z.infer<typeof RedisSentinel>;

/** A Redis Cluster. */
export const RedisCluster = z.strictObject({
  addresses: z
    .array(HostAndPort)
    .min(1)
    .max(64)
    .describe("Host and port of some of its nodes; the others are found through them."),
});
export type RedisCluster = z.infer<typeof RedisCluster>;

const MEBIBYTE = 1024 * 1024;

/** What each gateway process keeps of sessions in front of Redis; one that is dropped costs one read when it is next used. */
export const SessionCache = z.strictObject({
  maxEntries: z.int().min(100).max(10_000_000).default(100_000).describe("Sessions."),
  maxBytes: z
    .int()
    .min(MEBIBYTE)
    .max(1024 * 1024 * MEBIBYTE)
    .default(256 * MEBIBYTE)
    .describe("Memory for their records, in bytes."),
});
export type SessionCache = z.infer<typeof SessionCache>;

/** Where sessions and limits are kept. */
export const SessionStorage = z.strictObject({
  provider: z
    .enum(["memory", "redis"])
    .describe("In this process, or in a Redis that many gateways share."),
  address: z.string().optional().describe("For `redis`: host and port."),
  db: z
    .int32()
    .min(0)
    .meta({ format: "int32" })
    .default(0)
    .describe("For `redis`: number of the database."),
  keyPrefix: z
    .string()
    .optional()
    .describe("For `redis`: text that every key starts with, ending with a colon."),
  url: boundedText(2_048)
    .regex(/^rediss?:\/\//)
    .optional()
    .describe(
      "For `redis`, in place of `address`: redis://host:port/db, or rediss:// with TLS. A password comes from THV_SESSION_REDIS_PASSWORD, never from here.",
    ),
  username: boundedText(256)
    .min(1)
    .optional()
    .describe("For `redis`: ACL user; its password comes from THV_SESSION_REDIS_PASSWORD."),
  tls: RedisTls.optional().describe("For `redis`: encrypts connections, even when left empty."),
  sentinel: RedisSentinel.optional().describe(
    "For `redis`, in place of `address`: Redis with failover by sentinels.",
  ),
  cluster: RedisCluster.optional().describe("For `redis`, in place of `address`: a Redis Cluster."),
  ttl: DurationText.optional().describe(
    "Time without a request after which a session ends; `operational.sessions.idleTimeout` when omitted.",
  ),
  cache: SessionCache.optional().describe("For `redis`: what each process keeps in front of it."),
  onStoreFailure: z
    .enum(["refuse", "local"])
    .optional()
    .describe(
      "For `redis`: `local` lets sessions begin while it is away, in one process until it is back; they are refused when omitted.",
    ),
});
export type SessionStorage = z.infer<typeof SessionStorage>;
