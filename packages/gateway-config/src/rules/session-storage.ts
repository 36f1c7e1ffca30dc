import type { GatewayConfigInput } from "@headgate/api";
import { parseDuration } from "@headgate/ratelimit-types";
import { error, type Finding, type Path, warning } from "../problem.ts";
import { REDIS_PASSWORD, SENTINEL_PASSWORD } from "../redis-passwords.ts";
import type { Draft } from "../salvage.ts";
import { type Env, variable } from "../variables.ts";
import { hostAndPort } from "./endpoint.ts";

type StorageDraft = NonNullable<Draft<GatewayConfigInput>["sessionStorage"]>;

/** The four ways to say where Redis is. */
const PLACES = ["address", "url", "sentinel", "cluster"] as const;
const ONLY_REDIS = [
  ...PLACES,
  "db",
  "keyPrefix",
  "username",
  "tls",
  "cache",
  "onStoreFailure",
] as const;

/** A shorter life would end sessions between two requests of one client. */
const MIN_TTL_MICROSECONDS = 1_000_000;

/** What is wrong with where sessions and limits are to be kept, beyond the forms of the values. */
function sessionStorageRules({ sessionStorage }: Draft<GatewayConfigInput>, env: Env): Finding[] {
  if (sessionStorage === undefined) return [];
  const ttl = ttlRule(sessionStorage);
  if (sessionStorage.provider === "memory") return [...ttl, ...strayKeys(sessionStorage)];
  if (sessionStorage.provider !== "redis") return ttl;
  return [
    ...ttl,
    ...placeRule(sessionStorage),
    ...addressRules(sessionStorage),
    ...urlRule(sessionStorage),
    ...keyRules(sessionStorage),
    ...credentialRules(sessionStorage, env),
  ];
}

function at(...path: Path): Path {
  return ["sessionStorage", ...path];
}

function ttlRule({ ttl }: StorageDraft): Finding[] {
  if (ttl === undefined) return [];
  const parsed = parseDuration(ttl);
  if (!parsed.ok) return [error(at("ttl"), parsed.problem)];
  if (parsed.microseconds >= MIN_TTL_MICROSECONDS) return [];
  return [error(at("ttl"), "must be at least 1s", { hint: "write it as 30m" })];
}

function strayKeys(storage: StorageDraft): Finding[] {
  return ONLY_REDIS.filter((key) => storage[key] !== undefined).map((key) =>
    warning(at(key), "is for `provider: redis`, and does nothing in memory", { at: "key" }),
  );
}

function placeRule(storage: StorageDraft): Finding[] {
  const given = PLACES.filter((key) => storage[key] !== undefined && storage[key] !== "");
  if (given.length === 1) return [];
  if (given.length === 0)
    return [
      error(at(), "does not say where Redis is: it needs one of address, url, sentinel, cluster", {
        at: "key",
        hint: "write address: redis.example.com:6379",
      }),
    ];
  return [
    error(at(given[1] ?? "url"), `is a second place: ${given.join(" and ")} are both given`, {
      at: "key",
      hint: "keep one of address, url, sentinel, cluster",
    }),
  ];
}

function addressRules({ address, sentinel, cluster }: StorageDraft): Finding[] {
  const lists = [
    { path: at("sentinel", "addresses"), addresses: sentinel?.addresses },
    { path: at("cluster", "addresses"), addresses: cluster?.addresses },
  ];
  const all: [Path, string | undefined][] = lists.flatMap(({ path, addresses = [] }) =>
    addresses.map((text, index): [Path, string | undefined] => [[...path, index], text]),
  );
  if (address !== undefined && address !== "") all.unshift([at("address"), address]);
  return all.flatMap(([path, text]) => {
    if (text === undefined || hostAndPort(text) !== undefined) return [];
    return [
      error(path, "must be a host and a port from 1 to 65535", {
        hint: "write it as redis.example.com:6379, or [2001:db8::1]:6379",
      }),
    ];
  });
}

function urlRule({ url, db }: StorageDraft): Finding[] {
  if (url === undefined) return [];
  const parsed = URL.parse(url);
  if (parsed === null || parsed.hostname === "" || !/^\/?\d*$/.test(parsed.pathname))
    return [error(at("url"), "must look like redis://host:6379 or rediss://host:6379/0")];
  const findings: Finding[] = [];
  if (parsed.password !== "")
    findings.push(
      error(at("url"), "must not hold a password, as the file may be read by others", {
        hint: `put it in the environment variable ${REDIS_PASSWORD}`,
      }),
    );
  if (parsed.search !== "" || parsed.hash !== "")
    findings.push(error(at("url"), "must have nothing after ? or #"));
  if (db !== undefined && parsed.pathname.length > 1 && Number(parsed.pathname.slice(1)) !== db)
    findings.push(error(at("db"), "is not the database that the url names; keep one of them"));
  return findings;
}

function keyRules({ keyPrefix, cluster, db, tls }: StorageDraft): Finding[] {
  const findings: Finding[] = [];
  if (keyPrefix !== undefined && !keyPrefix.endsWith(":"))
    findings.push(
      error(at("keyPrefix"), "must end with a colon", {
        hint: "write it as thv:vmcp:session:, or leave it out",
      }),
    );
  if (cluster !== undefined && db !== undefined && db !== 0)
    findings.push(error(at("db"), "must be 0: a Redis Cluster has no other database"));
  if (tls !== undefined && (tls.certificatePath === undefined) !== (tls.keyPath === undefined))
    findings.push(
      error(at("tls"), "must have both certificatePath and keyPath, or neither of them"),
    );
  return findings;
}

function credentialRules({ username, sentinel }: StorageDraft, env: Env): Finding[] {
  const users: [Path, string | undefined, string][] = [
    [at("username"), username, REDIS_PASSWORD],
    [at("sentinel", "username"), sentinel?.username, SENTINEL_PASSWORD],
  ];
  return users.flatMap(([path, user, name]) =>
    user === undefined || (variable(env, name) ?? "") !== ""
      ? []
      : [warning(path, `has no password: the environment variable ${name} is not set`)],
  );
}

export { sessionStorageRules };
