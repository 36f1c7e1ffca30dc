import type { RedisServer } from "@headgate/redis-server-for-tests";
import type { TakeRequest } from "@headgate/token-bucket";
import { redisStore, type ScriptRunner } from "@headgate/token-bucket/redis";
import type { Measured } from "./bars.ts";
import { referenceArguments, referenceKeys, referenceScript } from "./reference-layout.ts";
import { ANY_USER, saturate, type Load, type ScriptCall } from "./saturate.ts";
import { limitsOf, ownerOf, requestOf, TOOLS } from "./workload.ts";

/** Holds nothing within the time that a call takes. */
const NEVER = { capacity: 1, periodMicros: 100_000_000_000 };
const BATCH = 16;

const calls = {
  "reference, admits": reference(),
  "ours, admits": ours(limitsOf()),
  "reference, refuses": reference(NEVER),
  "ours, refuses": ours(limitsOf(NEVER)),
} as const;

/** Redis alone, driven by redis-benchmark: what a decision costs it. */
export async function measureServerSide(
  server: RedisServer,
  { rounds, count }: { readonly rounds: number; readonly count: number },
): Promise<readonly Measured[]> {
  const runs = new Map<string, number[]>();
  const add = async (name: string, call: ScriptCall, load: Load): Promise<void> => {
    await server.command("FLUSHALL");
    const micros = await saturate(server, call, load);
    runs.set(name, [...(runs.get(name) ?? []), micros]);
  };
  const together = await batch();
  for (let round = 0; round < rounds; round++) {
    for (const [name, call] of Object.entries(calls))
      await add(name, await call, { pipeline: 16, calls: count });
    for (const name of ["reference, admits", "ours, admits"] as const)
      await add(`${name}, one at a time`, await calls[name], { pipeline: 1, calls: count / 2 });
    await add("ours, 16 at once", together, { pipeline: 4, calls: Math.ceil(count / 4) });
  }
  // As in quietest.ts: other programs on the machine can only make it dearer.
  const micros = (name: string): number =>
    Math.min(...(runs.get(name) ?? [])) / (name === "ours, 16 at once" ? BATCH : 1);
  for (const name of runs.keys())
    console.log(`${name.padEnd(36)}${micros(name).toFixed(2).padStart(8)} µs of Redis a decision`);
  return barsOf((name, of) => micros(name) / micros(of));
}

function barsOf(ratio: (name: string, of: string) => number): readonly Measured[] {
  const [admits, single] = ["reference, admits", "reference, admits, one at a time"];
  const pipelined = ratio("ours, admits", admits);
  const unpipelined = ratio("ours, admits, one at a time", single);
  const together = ratio("ours, 16 at once", admits);
  const refused = ratio("ours, refuses", "reference, refuses");
  const what = (text: string): string => `${text} ÷ reference`;
  return [
    {
      id: "T1",
      what: what("Redis CPU of an admission, pipelined"),
      value: pipelined,
      bar: { atMost: 0.55 },
    },
    {
      id: "T1",
      what: what("Redis CPU of an admission, one at a time"),
      value: unpipelined,
      bar: { atMost: 0.62 },
    },
    {
      id: "T2",
      what: what("decisions a second of Redis CPU, pipelined"),
      value: 1 / pipelined,
      bar: { atLeast: 1.9 },
    },
    {
      id: "T2",
      what: what("decisions a second of Redis CPU, one at a time"),
      value: 1 / unpipelined,
      bar: { atLeast: 1.6 },
    },
    {
      id: "T3",
      what: what("Redis CPU of a decision, 16 at once"),
      value: together,
      bar: { atMost: 0.3 },
    },
    { id: "T4", what: what("Redis CPU of a refusal"), value: refused, bar: { atMost: 0.36 } },
  ];
}

async function reference(shared?: { capacity: number; periodMicros: number }): Promise<ScriptCall> {
  const user = `${ownerOf(0).slice(0, -ANY_USER.length)}${ANY_USER}`;
  return {
    text: referenceScript,
    keys: referenceKeys(user, "tool_number_7"),
    args: referenceArguments(shared),
  };
}

function ours(limits: ReturnType<typeof limitsOf>): Promise<ScriptCall> {
  return recorded([requestOf(limits, 1, 7)]);
}

/** Sixteen users' calls of tools as chance has it. */
function batch(): Promise<ScriptCall> {
  const limits = limitsOf();
  return recorded(
    Array.from({ length: BATCH }, (_, index) =>
      requestOf(limits, index, (index * index * 7) % TOOLS),
    ),
  );
}

/** The call that our store makes of requests, for any users. */
async function recorded(requests: readonly TakeRequest[]): Promise<ScriptCall> {
  let call: ScriptCall | undefined;
  const runner: ScriptRunner = {
    run: ({ text }, keys, args) => {
      call = { text, keys: keys.map(forAnyUser), args };
      return Promise.resolve(0);
    },
  };
  const store = redisStore({ runner, server: { namespace: "default", name: "files" } });
  const [only] = requests;
  await (requests.length === 1 && only !== undefined
    ? store.take(only)
    : store.takeBatch(requests));
  if (call === undefined) throw new Error("the store made no call");
  return call;
}

function forAnyUser(key: string): string {
  return key.includes(":u:") ? `${key.slice(0, -ANY_USER.length)}${ANY_USER}` : key;
}
