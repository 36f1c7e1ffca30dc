/** Which of two versions of a resource is later: positive for the first, 0 for neither; undefined when one is no number. */
export function compareVersions(a: string | undefined, b: string | undefined): number | undefined {
  const first = digits(a);
  const second = digits(b);
  if (first === undefined || second === undefined) return undefined;
  if (first.length !== second.length) return first.length - second.length;
  return first === second ? 0 : first > second ? 1 : -1;
}

/** Whether the first version is known to be later than the second. */
export function isLater(version: string | undefined, than: string | undefined): boolean {
  return (compareVersions(version, than) ?? 0) > 0;
}

// Versions are 64-bit numbers, which a double cannot hold: compare them by length, then as text.
function digits(version: string | undefined): string | undefined {
  return version !== undefined && /^\d+$/.test(version)
    ? version.replace(/^0+(?=\d)/, "")
    : undefined;
}
