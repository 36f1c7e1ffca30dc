import { isDeepStrictEqual } from "node:util";

type Capabilities = Readonly<Record<string, unknown>>;

/**
 * The merged server capabilities as JSON text: what any backend offers and the gateway relays.
 * The three lists are always there with `listChanged`, since backends come and go and the gateway says so.
 */
function mergeCapabilities(backends: readonly Capabilities[]): string {
  const some = (key: string) => backends.some((one) => asObject(one[key]) !== undefined);
  const subscribe = backends.some((one) => asObject(one["resources"])?.["subscribe"] === true);
  return JSON.stringify({
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { ...(subscribe && { subscribe }), listChanged: true },
    ...(some("logging") && { logging: {} }),
    ...(some("completions") && { completions: {} }),
    ...united("experimental", backends),
    ...united("extensions", backends),
  });
}

/** The keys of a capability map on whose value all backends that give one agree. */
function united(member: string, backends: readonly Capabilities[]): Record<string, unknown> {
  const values = new Map<string, unknown>();
  const disputed = new Set<string>();
  for (const one of backends) {
    for (const [key, value] of Object.entries(asObject(one[member]) ?? {})) {
      if (!values.has(key)) values.set(key, value);
      else if (!isDeepStrictEqual(values.get(key), value)) disputed.add(key);
    }
  }
  for (const key of disputed) values.delete(key);
  return values.size === 0 ? {} : { [member]: Object.fromEntries(values) };
}

function asObject(value: unknown): Capabilities | undefined {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Capabilities)
    : undefined;
}

export { mergeCapabilities };
