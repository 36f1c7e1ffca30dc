/** A duration read from text: whole microseconds, or one sentence that says what is wrong with the text. */
export type ParsedDuration =
  | { readonly ok: true; readonly microseconds: number }
  | { readonly ok: false; readonly problem: string };

const NANOSECONDS_PER_UNIT: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  "\u00b5s": 1_000n,
  "\u03bcs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const TERM = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;
const MAX_LENGTH = 128;
const EXAMPLES = 'write it as numbers with units, such as "30s", "1m0s", "1.5h" or "250ms"';

/**
 * Reads a Go duration (`1m0s`, `1.5h`, `250ms`; units ns, us, µs, ms, s, m, h) as whole microseconds,
 * dropping what is finer. Signs are refused, and so is a number without unit other than `0`.
 * Whatever it accepts is below 2^53 microseconds (285 years).
 */
export function parseDuration(text: string): ParsedDuration {
  if (text === "0") return { ok: true, microseconds: 0 };
  if (text === "") return refused(`a duration is missing: ${EXAMPLES}`);
  if (text.length > MAX_LENGTH) return refused(`a duration has at most ${MAX_LENGTH} characters`);
  if (/^[+-]/.test(text))
    return refused(`${quoted(text)} has a sign: a duration counts from zero upwards`);
  if (/^\d+(\.\d*)?$/.test(text)) return refused(`${quoted(text)} has no unit: ${EXAMPLES}`);
  const nanoseconds = sumOfTerms(text);
  if (nanoseconds === undefined) return refused(`${quoted(text)} is not a duration: ${EXAMPLES}`);
  const microseconds = nanoseconds / 1_000n;
  if (microseconds > BigInt(Number.MAX_SAFE_INTEGER)) {
    return refused(
      `${quoted(text)} is longer than 285 years, which is the longest duration there is`,
    );
  }
  return { ok: true, microseconds: Number(microseconds) };
}

function sumOfTerms(text: string): bigint | undefined {
  let nanoseconds = 0n;
  let end = 0;
  while (end < text.length) {
    TERM.lastIndex = end;
    const match = TERM.exec(text);
    const [term = "", whole = "", fraction = "", unit = ""] = match ?? [];
    const scale = NANOSECONDS_PER_UNIT[unit];
    if (scale === undefined || (whole === "" && fraction === "")) return undefined;
    const fractional = (BigInt(fraction || "0") * scale) / 10n ** BigInt(fraction.length);
    nanoseconds += BigInt(whole || "0") * scale + fractional;
    end += term.length;
  }
  return nanoseconds;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function refused(problem: string): ParsedDuration {
  return { ok: false, problem };
}
