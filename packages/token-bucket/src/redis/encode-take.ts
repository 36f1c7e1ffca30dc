import type { TakeRequest } from "../store.ts";
import { incrementOf } from "./increment.ts";
import type { Names } from "./names.ts";
import type { Script } from "./script-runner.ts";
import { takeScript, type Reading, type Shape } from "./take-script.ts";

/** A script call, and which bucket of the request each place of its answer is about. */
export interface TakeCall {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly string[];
  readonly order: readonly number[];
}

const scripts = new Map<string, Script>();

/** Puts one request as `takeScript` takes it: hash by hash, whatever the order it names its buckets in. */
export function encodeTake(request: TakeRequest, cost: number, names: Names): TakeCall {
  const { buckets, states = true } = request;
  const keys: string[] = [];
  const members: number[][] = [];
  for (const [index, { owner }] of buckets.entries()) {
    const key = names.keyOf(owner);
    const hash = keys.indexOf(key);
    if (hash >= 0) members[hash]?.push(index);
    else {
      keys.push(key);
      members.push([index]);
    }
  }
  const order = members.flat();
  const reading: Reading = cost === 0 ? "look" : states ? "take-states" : "take";
  const shape = members.map(({ length }) => length);
  return {
    script: scriptFor(shape, reading),
    keys,
    args: argumentsOf(request, cost, names, members),
    order,
  };
}

function argumentsOf(
  { buckets }: TakeRequest,
  cost: number,
  names: Names,
  members: readonly (readonly number[])[],
): readonly string[] {
  let audits = "";
  const seconds: string[] = [];
  const triples: string[] = [];
  for (const indices of members) {
    let longest = 0;
    for (const index of indices) {
      const bucket = buckets[index];
      if (bucket === undefined) continue;
      const limit = names.limitOf(bucket);
      audits += bucket.audit ? "1" : "0";
      if (limit.seconds > longest) longest = limit.seconds;
      triples.push(limit.field, String(incrementOf(bucket, cost)), limit.tau);
    }
    seconds.push(String(longest));
  }
  return [audits, ...seconds, ...triples];
}

function scriptFor(shape: Shape, reading: Reading): Script {
  const name = `${reading} ${shape.join()}`;
  let script = scripts.get(name);
  if (script === undefined) {
    script = takeScript(shape, reading);
    scripts.set(name, script);
  }
  return script;
}
