import type { Bucket } from "../bucket.ts";
import type { TakeRequest } from "../store.ts";
import { incrementOf } from "./increment.ts";
import { askedOf, type LimitNames, type Names } from "./names.ts";
import type { Script } from "./script-runner.ts";
import { MOST_UNROLLED, takeScript, type Reading, type Shape } from "./take-script.ts";

/** A script call, and which bucket of the request each place of its answer is about. */
export interface TakeCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly string[];
  readonly order: readonly number[];
}

/** Puts one request as `takeScript` takes it: hash by hash, whatever the order it names its buckets in. */
export function encodeTake(request: TakeRequest, cost: number, names: Names): TakeCall {
  const { buckets, states = true } = request;
  names.begin();
  const owners: (string | undefined)[] = [];
  const hashes: number[] = [];
  const shape: number[] = [];
  for (const { owner } of buckets) {
    let hash = owners.indexOf(owner);
    if (hash < 0) {
      hash = owners.push(owner) - 1;
      shape.push(0);
    }
    hashes.push(hash);
    shape[hash] = (shape[hash] ?? 0) + 1;
  }
  const reading: Reading = cost === 0 ? "look" : states ? "take-states" : "take";
  const order = orderOf(hashes, shape.length);
  return {
    script: scriptFor(shape, reading),
    keys: owners.map((owner) => names.keyOf(owner)),
    args: argumentsOf(request, { cost, names, hashes, order }),
    order,
  };
}

/** The places of buckets in the request, hash by hash. */
function orderOf(hashes: readonly number[], count: number): readonly number[] {
  const order: number[] = [];
  for (let hash = 0; hash < count; hash++) {
    for (let index = 0; index < hashes.length; index++)
      if (hashes[index] === hash) order.push(index);
  }
  return order;
}

interface Laid {
  readonly cost: number;
  readonly names: Names;
  /** The hash of each bucket. */
  readonly hashes: readonly number[];
  readonly order: readonly number[];
}

function argumentsOf({ buckets }: TakeRequest, laid: Laid): readonly string[] {
  const { cost, names, hashes, order } = laid;
  let audits = "";
  const longest: LimitNames[] = [];
  const triples: string[] = [];
  for (const index of order) {
    const bucket = buckets[index] as Bucket;
    const hash = hashes[index] as number;
    const limit = names.limitOf(bucket);
    audits += bucket.audit ? "1" : "0";
    if (limit.seconds > (longest[hash]?.seconds ?? 0)) longest[hash] = limit;
    triples.push(limit.field, askedOf(limit, incrementOf(bucket, cost)).text, limit.tau);
  }
  return [audits, ...longest.map(({ secondsText }) => secondsText), ...triples];
}

const scripts = new Map<number, Script>();
const digits: Readonly<Record<Reading, number>> = { take: 1, "take-states": 2, look: 3 };

function scriptFor(shape: Shape, reading: Reading): Script {
  // Counts are 1 to 8, so that digits to the base of 9 are a name of their own for each.
  let number = digits[reading];
  for (const count of shape) number = number * (MOST_UNROLLED + 1) + count;
  let script = scripts.get(number);
  if (script === undefined) {
    script = takeScript(shape, reading);
    scripts.set(number, script);
  }
  return script;
}
