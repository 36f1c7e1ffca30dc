import { defineBucket, memoryStore, type Decision } from "@headgate/token-bucket";
import { tokenBucketStoreContract } from "@headgate/token-bucket/contract";
import { redisStore, type ScriptRunner } from "@headgate/token-bucket/redis";

const store = memoryStore();
const bucket = defineBucket({ key: "everyone", capacity: 1, periodMicros: 60_000_000 });
const decisions: Decision[] = [
  store.take({ buckets: [bucket] }),
  store.take({ buckets: [bucket] }),
];
const runner: ScriptRunner = { run: () => Promise.resolve(0) };
const shared = redisStore({ runner, server: { namespace: "default", name: "files" } });
decisions.push(await shared.take({ buckets: [bucket], states: false }));
console.log(...decisions.map(({ allowed }) => allowed), typeof tokenBucketStoreContract);
