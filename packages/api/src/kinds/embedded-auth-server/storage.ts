import { atomicList, type Rule, withRules } from "@headgate/kube-schema";
import * as z from "zod";
import { DurationText } from "../../gateway-config/duration-text.ts";
import { Int32 } from "../blocks/integer.ts";
import { SecretKeyRef } from "../blocks/reference.ts";

/** How a connection to Redis or its sentinels is encrypted. */
export const AuthStorageTls = z.strictObject({
  caCertSecretRef: SecretKeyRef.optional().describe("Certificates to trust (PEM)."),
  insecureSkipVerify: z.boolean().optional().describe("Trusts any certificate; for trials only."),
});
export type AuthStorageTls = z.infer<typeof AuthStorageTls>;

/** Sentinels that know the primary. */
export const AuthStorageSentinel = z.strictObject({
  masterName: z.string().describe("Name under which the sentinels watch the primary."),
  sentinelAddrs: atomicList(z.string()).optional().describe("Host and port of each sentinel."),
  sentinelService: z
    .strictObject({
      name: z.string().describe("Name of the Service."),
      namespace: z.string().optional().describe("Its namespace; the object's own when omitted."),
      port: Int32.default(26_379).describe("Its port."),
    })
    .optional()
    .describe("Service in front of the sentinels, in place of their addresses."),
  db: Int32.default(0).describe("Number of the database."),
});
export type AuthStorageSentinel = z.infer<typeof AuthStorageSentinel>;

const fields = z.strictObject({
  addr: z.string().optional().describe("Host and port of one Redis, or of a node of a Cluster."),
  clusterMode: z.boolean().optional().describe("Whether it is a Redis Cluster."),
  sentinelConfig: AuthStorageSentinel.optional().describe("Sentinels, in place of `addr`."),
  aclUserConfig: z
    .strictObject({
      usernameSecretRef: SecretKeyRef.optional().describe("ACL user."),
      passwordSecretRef: SecretKeyRef.describe("Its password."),
    })
    .describe("Who signs in."),
  tls: AuthStorageTls.optional().describe("Encrypts connections to Redis."),
  sentinelTls: AuthStorageTls.optional().describe("Encrypts connections to sentinels."),
  dialTimeout: DurationText.default("5s").describe("Time a connection may take."),
  readTimeout: DurationText.default("3s").describe("Time an answer may take."),
  writeTimeout: DurationText.default("3s").describe("Time a request may take."),
});

const rules: Rule<z.infer<typeof fields>>[] = [
  {
    cel: "(has(self.addr) && self.addr.size() > 0) != has(self.sentinelConfig)",
    message: "exactly one of addr or sentinelConfig must be set",
    holds: ({ addr = "", sentinelConfig }) => (addr !== "") !== (sentinelConfig !== undefined),
  },
  {
    cel: "!(has(self.clusterMode) && self.clusterMode) || (has(self.addr) && self.addr.size() > 0)",
    message: "clusterMode requires addr to be set",
    holds: ({ clusterMode = false, addr = "" }) => !clusterMode || addr !== "",
  },
];

/** A Redis in which an authorization server keeps its state. */
export const AuthRedis = withRules(fields, rules);
export type AuthRedis = z.infer<typeof AuthRedis>;

/** Where an authorization server keeps its state. */
export const AuthStorage = z.strictObject({
  type: z.enum(["memory", "redis"]).default("memory").describe("In the process, or in Redis."),
  redis: AuthRedis.optional().describe("For `redis`."),
});
export type AuthStorage = z.infer<typeof AuthStorage>;
