import type { KubeObject } from "@headgate/controller";
import { expect, test } from "vitest";
import type { Secret } from "../cluster/built-in.ts";
import { ContentMemory } from "./content-memory.ts";
import { OwnSecrets, type OwnSecretsParts } from "./own-secrets.ts";

const { signal } = new AbortController();

function secret(resourceVersion: string, byte: number, length = 32): Secret {
  const text = Buffer.alloc(length, byte).toString("base64");
  const data = { "hmac-secret": Buffer.from(text).toString("base64") };
  return { metadata: { namespace: "shop", name: "own", uid: "1", resourceVersion }, data };
}

function held({ metadata }: Secret): KubeObject {
  return { metadata };
}

/** Secrets of servers where the API server has this one, and how often it was read. */
function ownSecrets(there: Secret | undefined) {
  let reads = 0;
  const get = async () => {
    reads += 1;
    return there;
  };
  const client = { get } as unknown as OwnSecretsParts["client"];
  const memory = new ContentMemory(client);
  const randomBytes = (count: number) => Buffer.alloc(count, 255);
  const own = new OwnSecrets({ client, randomBytes, memory });
  return { own, memory, reads: () => reads };
}

test("a Secret is read once for each version, and its keys are known with that", async () => {
  const { own, memory, reads } = ownSecrets(secret("7", 1));
  const bytes = await own.bytesOf(held(secret("7", 1)), signal);
  expect(await own.bytesOf(held(secret("7", 1)), signal)).toEqual(bytes);
  const names = { secrets: new Map([["own", held(secret("7", 1))]]), configMaps: new Map() };
  const { secrets } = await memory.read(names, bytes, signal);
  expect([...(secrets.get("own")?.keys() ?? [])]).toEqual(["hmac-secret"]);
  expect(reads()).toBe(1);
  await own.bytesOf(held(secret("8", 1)), signal);
  expect(reads()).toBe(2);
});

test("a Secret that was written here is not read, until somebody else writes it", async () => {
  const { own, reads } = ownSecrets(secret("9", 2));
  own.learn(secret("8", 1));
  expect(await own.bytesOf(held(secret("8", 1)), signal)).toEqual(Buffer.alloc(32, 1));
  expect(reads()).toBe(0);
  expect(await own.bytesOf(held(secret("9", 2)), signal)).toEqual(Buffer.alloc(32, 2));
});

test.each([
  ["there is none", undefined],
  ["what it has is too short", secret("7", 1, 31)],
])("content is new when %s", async (_when, there) => {
  const { own } = ownSecrets(there);
  const fresh = await own.bytesOf(there && held(there), signal);
  expect(fresh).toEqual(Buffer.alloc(32, 255));
});

test("what is forgotten is read again", async () => {
  const { own, reads } = ownSecrets(secret("7", 1));
  own.learn(secret("7", 1));
  own.forget("shop", "own");
  await own.bytesOf(held(secret("7", 1)), signal);
  expect(reads()).toBe(1);
});
