import { defineBucket, memoryStore, type Decision } from "@headgate/token-bucket";
import { tokenBucketStoreContract } from "@headgate/token-bucket/contract";

const store = memoryStore();
const bucket = defineBucket({ key: "everyone", capacity: 1, periodMicros: 60_000_000 });
const decisions: Decision[] = [
  store.take({ buckets: [bucket] }),
  store.take({ buckets: [bucket] }),
];
console.log(...decisions.map(({ allowed }) => allowed), typeof tokenBucketStoreContract);
