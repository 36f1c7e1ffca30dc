/** What one backend tells the model about itself. */
interface Instructions {
  readonly backend: string;
  readonly instructions: string | undefined;
}

const MAX_BYTES = 16 * 1024;
const CUT_MARK = "\n[truncated]";

/**
 * The backends' instructions under headings with their names, at most `maxBytes` of UTF-8 in all;
 * `undefined` when none gave any. A backend that is alone speaks for itself, without a heading.
 */
function mergeInstructions(
  backends: readonly Instructions[],
  maxBytes: number = MAX_BYTES,
): string | undefined {
  const spoken = backends.flatMap(({ backend, instructions }) =>
    instructions?.trim() ? [{ backend, instructions }] : [],
  );
  if (spoken.length === 0) return undefined;
  const sections = spoken.map(({ backend, instructions }) =>
    backends.length === 1 ? instructions : `## ${backend}\n\n${instructions.trim()}`,
  );
  const separators = 2 * (sections.length - 1);
  const shares = fairShares(sections.map(byteLength), maxBytes - separators);
  return sections.map((section, index) => cut(section, shares[index] ?? 0)).join("\n\n");
}

/** Splits `total` so that short texts fit whole and long ones share the rest evenly: no backend silences another. */
function fairShares(lengths: readonly number[], total: number): number[] {
  const shares = lengths.map(() => 0);
  let left = Math.max(0, total);
  const shortestFirst = [...lengths.entries()].toSorted(([, a], [, b]) => a - b);
  for (const [done, [index, length]] of shortestFirst.entries()) {
    const share = Math.min(length, Math.floor(left / (lengths.length - done)));
    shares[index] = share;
    left -= share;
  }
  return shares;
}

function cut(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  const room = Math.max(0, maxBytes - byteLength(CUT_MARK));
  // encodeInto stops before a character that does not fit, so none is cut in half.
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(room));
  return room === 0 ? "" : text.slice(0, read) + CUT_MARK;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

export { mergeInstructions };
