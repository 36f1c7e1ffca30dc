import type { Bucket } from "@headgate/token-bucket";

const SECOND = 1_000_000;
const UNITS: readonly (readonly [name: string, micros: number])[] = [
  ["day", 86_400 * SECOND],
  ["hour", 3_600 * SECOND],
  ["minute", 60 * SECOND],
  ["second", SECOND],
];

/** What a bucket lets through, for people: `60 calls at once, then one every second`. */
function rateInWords({ capacity, emissionMicros, weight }: Bucket, noun = "call"): string {
  const atOnce = Math.floor(capacity / weight);
  const everyMicros = emissionMicros * weight;
  return `${atOnce} ${noun}${atOnce === 1 ? "" : "s"} at once, then ${frequency(everyMicros)}`;
}

function frequency(everyMicros: number): string {
  const perSecond = SECOND / everyMicros;
  if (perSecond > 1 && Number.isInteger(perSecond)) return `${perSecond} every second`;
  const [name] = UNITS.find(([, micros]) => micros === everyMicros) ?? [];
  return `one every ${name ?? durationInWords(everyMicros)}`;
}

/** A time as the two largest units that it holds: `1 minute 30 seconds`, `250 ms`; says `about` when it is rounded. */
function durationInWords(micros: number): string {
  if (micros < SECOND) return rounded(micros, 1_000, "ms");
  for (const [index, [name, unit]] of UNITS.entries()) {
    if (micros < unit) continue;
    const [smallerName, smaller] = UNITS[index + 1] ?? [];
    if (smaller === undefined || smallerName === undefined) return rounded(micros, unit, name);
    const whole = Math.floor(micros / unit);
    const rest = micros - whole * unit;
    if (rest === 0) return counted(whole, name);
    return rest % smaller === 0
      ? `${counted(whole, name)} ${counted(rest / smaller, smallerName)}`
      : rounded(micros, unit, name);
  }
  return rounded(micros, SECOND, "second");
}

function rounded(micros: number, unit: number, name: string): string {
  const value = micros / unit;
  const short = Number(value.toFixed(3));
  return `${short === value ? "" : "about "}${counted(short, name)}`;
}

function counted(value: number, name: string): string {
  return `${value} ${name}${value === 1 || name === "ms" ? "" : "s"}`;
}

export { durationInWords, rateInWords };
