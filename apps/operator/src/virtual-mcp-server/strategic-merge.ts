/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** What a merge comes to: the merged value, or the place in the patch that does not fit. */
export type Merged =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly problem: string };

/** By which field the items of a list are the same, for the lists of a Pod that are merged; all others are replaced. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  ephemeralContainers: ["name"],
  volumes: ["name"],
  env: ["name"],
  imagePullSecrets: ["name"],
  resourceClaims: ["name"],
  ports: ["containerPort", "protocol"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  hostAliases: ["ip"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
};
/** What a field of a merge key is when it is left out. */
const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: "TCP" };
const DIRECTIVE = "$patch";

/** Merges a patch of a Pod template as Kubernetes' strategic merge does; null takes a field away. */
export function strategicMerge(base: Json, patch: Json): Merged {
  try {
    return { ok: true, value: mergedObject(base, patch, "") };
  } catch (error) {
    if (error instanceof Misfit) return { ok: false, problem: error.message };
    throw error;
  }
}

class Misfit extends Error {}

function mergedObject(base: Json, patch: Json, at: string): Json {
  const { [DIRECTIVE]: directive, ...rest } = patch;
  if (directive === "replace") return rest;
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(rest)) {
    if (name.startsWith("$")) continue;
    const place = at === "" ? name : `${at}.${name}`;
    if (value === null || isDeletion(value)) delete merged[name];
    else merged[name] = mergedValue(name, merged[name], value, place);
  }
  return merged;
}

function isDeletion(value: unknown): boolean {
  return isObject(value) && value[DIRECTIVE] === "delete";
}

function mergedValue(name: string, base: unknown, patch: unknown, at: string): unknown {
  const keys = MERGE_KEYS[name];
  if (keys !== undefined && (Array.isArray(base) || Array.isArray(patch))) {
    return mergedList(keys, itemsOf(base ?? [], at), itemsOf(patch, at), at);
  }
  if (isObject(patch)) {
    if (base !== undefined && !isObject(base)) throw new Misfit(`${at} must not be an object`);
    return mergedObject(base ?? {}, patch, at);
  }
  if (isObject(base)) throw new Misfit(`${at} must be an object`);
  return patch;
}

function itemsOf(value: unknown, at: string): readonly Json[] {
  if (!Array.isArray(value)) throw new Misfit(`${at} must be a list`);
  return value.map((item, index) => {
    if (!isObject(item)) throw new Misfit(`${at}[${index}] must be an object`);
    return item;
  });
}

function mergedList(
  keys: readonly string[],
  base: readonly Json[],
  patch: readonly Json[],
  at: string,
): readonly Json[] {
  if (patch.some((item) => item[DIRECTIVE] === "replace" && !((keys[0] ?? "") in item))) {
    return patch.filter((item) => item[DIRECTIVE] !== "replace");
  }
  const merged = [...base];
  for (const [index, item] of patch.entries()) {
    const place = `${at}[${index}]`;
    if (item[keys[0] ?? ""] === undefined) throw new Misfit(`${place} must have a ${keys[0]}`);
    const found = merged.findIndex((one) => identity(one, keys) === identity(item, keys));
    if (item[DIRECTIVE] === "delete") {
      if (found !== -1) merged.splice(found, 1);
    } else if (found === -1) merged.push(mergedObject({}, item, place));
    else merged[found] = mergedObject(merged[found] ?? {}, item, place);
  }
  return merged;
}

function identity(item: Json, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => item[key] ?? KEY_DEFAULTS[key] ?? null));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
