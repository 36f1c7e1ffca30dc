import { createHash } from "node:crypto";
import { memoryStore } from "@headgate/token-bucket";
import { redisStore, resilientStore } from "@headgate/token-bucket/redis";
import type { Measured } from "./bars.ts";
import { limitsOf, ownerOf, requestOf, TOOLS, USERS } from "./workload.ts";

/** What decisions cost that never leave the process, as a share of hashing a user's name. */
export async function measureInProcess(calls: number): Promise<readonly Measured[]> {
  const hash = best(calls, (call) =>
    createHash("sha256")
      .update(ownerOf(call % USERS))
      .digest("base64url"),
  );
  const fallback = best(calls, await lostStore());
  const denied = best(calls, await denyingStore());
  console.log(
    `in process: SHA-256 ${hash.toFixed(0)} ns, fallback ${fallback.toFixed(0)} ns, deny cache ${denied.toFixed(0)} ns`,
  );
  return [
    {
      id: "T15",
      what: "a decision over four buckets without the store, µs",
      value: fallback / 1000,
      bar: { atMost: 1 },
    },
    {
      id: "T15",
      what: "a decision over four buckets without the store ÷ SHA-256 of a name",
      value: fallback / hash,
      bar: { atMost: 1.16 },
    },
    {
      id: "T15",
      what: "a refusal from the deny cache, µs",
      value: denied / 1000,
      bar: { atMost: 0.2 },
    },
    {
      id: "T15",
      what: "a refusal from the deny cache ÷ SHA-256 of a name",
      value: denied / hash,
      bar: { atMost: 0.23 },
    },
  ];
}

/** Requests made beforehand: a decision is measured, not what is asked. */
async function lostStore(): Promise<(call: number) => unknown> {
  const limits = limitsOf();
  const requests = Array.from({ length: USERS }, (_, user) =>
    requestOf(limits, user, (user * 7) % TOOLS),
  );
  const lost = { run: () => Promise.reject(new Error("lost")) };
  const shared = redisStore({ runner: lost, server: { namespace: "n", name: "n" } });
  const store = resilientStore({ shared, local: memoryStore() });
  for (let failure = 0; failure < 5; failure++) await store.take(requests[failure] as never);
  store.close();
  return (call) => store.take(requests[call % USERS] as never);
}

async function denyingStore(): Promise<(call: number) => unknown> {
  const limits = limitsOf({ capacity: 1, periodMicros: 10 ** 12 });
  const refusing = { run: () => Promise.resolve([1, 10 ** 12]) };
  const store = redisStore({ runner: refusing, server: { namespace: "n", name: "n" } });
  const request = requestOf(limits, 1, 1);
  await store.take(request);
  return () => store.take(request);
}

function best(calls: number, work: (call: number) => unknown): number {
  let nanos = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = process.hrtime.bigint();
    for (let call = 0; call < calls; call++) work(call);
    nanos = Math.min(nanos, Number(process.hrtime.bigint() - start) / calls);
  }
  return nanos;
}
