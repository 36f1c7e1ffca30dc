import { boundedText, type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import {
  RedisCluster,
  RedisSentinel,
  SessionStorage,
} from "../../gateway-config/session-storage.ts";
import { CaBundleSource, SecretKeyRef } from "./reference.ts";

const { provider, db, keyPrefix, url, username } = SessionStorage.shape;

/** How connections to Redis are encrypted, with certificates from the cluster. */
export const SharedStorageTls = z.strictObject({
  caBundleRef: CaBundleSource.optional().describe(
    "Certificates to trust; the system's when omitted.",
  ),
  certificateRef: SecretKeyRef.optional().describe("The client's own certificate (PEM)."),
  keyRef: SecretKeyRef.optional().describe("The key of the client's certificate (PEM)."),
  serverName: boundedText(253)
    .min(1)
    .optional()
    .describe("Name in the server's certificate, when it is not the host of the address."),
});
export type SharedStorageTls = z.infer<typeof SharedStorageTls>;

const fields = z.strictObject({
  provider,
  address: z.string().min(1).optional().describe("For `redis`: host and port."),
  db,
  keyPrefix,
  passwordRef: SecretKeyRef.optional().describe("For `redis`: the password."),
  url: url.describe("For `redis`, in place of `address`: a redis:// or rediss:// URL."),
  username: username.describe("For `redis`: ACL user that the password belongs to."),
  tls: SharedStorageTls.optional().describe("For `redis`: encrypts connections, even when empty."),
  sentinel: RedisSentinel.extend({
    username: RedisSentinel.shape.username.describe("ACL user at the sentinels."),
    passwordRef: SecretKeyRef.optional().describe("Password at the sentinels."),
  })
    .optional()
    .describe("For `redis`, in place of `address`: Redis with failover by sentinels."),
  cluster: RedisCluster.optional().describe("For `redis`, in place of `address`: a Redis Cluster."),
});

const addressRule: Rule<z.infer<typeof fields>> = {
  cel: "self.provider == 'redis' ? has(self.address) || has(self.url) || has(self.sentinel) || has(self.cluster) : true",
  message: "address is required",
  holds: ({ provider: kind, address, ...other }) =>
    kind !== "redis" ||
    [address, other.url, other.sentinel, other.cluster].some((place) => place !== undefined),
};

/** Where the replicas of a server keep sessions and limits. */
export const SharedSessionStorage = withRules(fields, [addressRule]);
export type SharedSessionStorage = z.infer<typeof SharedSessionStorage>;
