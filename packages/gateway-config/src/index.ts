export { checkConfig, type CheckedConfig, type LoadedConfig } from "./check.ts";
export { clientSecretOf, FALLBACK_VARIABLE } from "./client-secret.ts";
export { nearest, suggestion } from "./nearest.ts";
export { isMapping, valueAt } from "./places.ts";
export { error, type Finding, type Path, pathText, type Problem, warning } from "./problem.ts";
export { readAs } from "./read-as.ts";
export { REDIS_PASSWORD, SENTINEL_PASSWORD } from "./redis-passwords.ts";
export { hostAndPort, type HostAndPort } from "./rules/endpoint.ts";
export { type Env, variable } from "./variables.ts";
