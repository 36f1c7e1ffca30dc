const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
/** Scheme and authority, when the authority is all there and not cut off by a template's variable. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#{]*(?=[/?#]|$)/i;
/** Schemes in which an address says by its authority alone whose it is. */
const SHARED = /^https?:/i;

/**
 * Finds the backend of a URI that no list has and no template matches, as results may link to such: the first one
 * that lists anything with the same scheme and authority, else with the same scheme. It can always say itself that
 * it knows nothing of the URI. `addresses` are URIs and templates with their backends, in configuration order.
 */
function unlistedOwner(
  addresses: Iterable<readonly [address: string, backend: string]>,
): (uri: string) => string | undefined {
  const owners = new Map<string, string>();
  for (const [address, backend] of addresses) {
    for (const key of keysOf(address)) if (!owners.has(key)) owners.set(key, backend);
  }
  return (uri) => {
    for (const key of keysOf(uri)) {
      const backend = owners.get(key);
      if (backend !== undefined) return backend;
    }
    return undefined;
  };
}

/** What identifies the kind of an address, the narrowest first. */
function keysOf(address: string): string[] {
  const origin = ORIGIN.exec(address)?.[0].toLowerCase();
  const scheme = SHARED.test(address) ? undefined : SCHEME.exec(address)?.[0].toLowerCase();
  return [origin, scheme].filter((key) => key !== undefined);
}

export { unlistedOwner };
