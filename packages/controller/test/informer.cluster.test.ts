import { isDeepStrictEqual } from "node:util";
import { useCluster } from "@headgate/test-cluster/vitest";
import { describe, expect } from "vitest";
import type { KubeObject } from "../src/api/object.ts";
import { createInformer, type InformerOptions } from "../src/informer/informer.ts";
import { noMetrics } from "../src/telemetry/metrics.ts";
import { times, type SeenRequest } from "./fault-proxy.ts";
import { configMaps, secrets, type ConfigMap } from "./kinds.ts";
import { started, until, withRig, type Rig } from "./rig.ts";

const { test, cluster } = useCluster({ node: false });

/** An informer of one namespace, begun and in step. */
async function following(rig: Rig, options: Partial<InformerOptions<ConfigMap>> = {}) {
  const { client, namespace, signal } = rig;
  const ended: string[] = [];
  const metrics = {
    ...noMetrics,
    informerRetried: (_what: string, why: string) => ended.push(why),
  };
  const informer = createInformer({
    client,
    kind: configMaps,
    namespaces: [namespace],
    metrics,
    ...options,
  });
  started(informer, signal);
  await informer.synced;
  return { informer, ended };
}

function put({ direct, namespace }: Rig, name: string, value: string) {
  return direct.patch(
    configMaps,
    { namespace, name },
    {
      type: "apply",
      fieldManager: "test",
      body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { value } },
    },
  );
}

/** The values by name, without what the cluster itself puts into every namespace. */
function valuesIn(objects: readonly ConfigMap[]): Record<string, string | undefined> {
  const own = objects.filter(({ metadata }) => metadata.name !== "kube-root-ca.crt");
  return Object.fromEntries(own.map(({ metadata, data }) => [metadata.name, data?.["value"]]));
}

const isList = ({ watch, url }: SeenRequest) => !watch && url.includes("limit=");
const isWatch = ({ watch }: SeenRequest) => watch;

describe("an informer", () => {
  test("holds what was there, and follows what comes, changes and goes", async () => {
    await withRig(cluster(), async (rig) => {
      await put(rig, "old", "1");
      const { informer } = await following(rig, { pageSize: 1 });
      expect(valuesIn(informer.cache.all())).toEqual({ old: "1" });
      const told: string[] = [];
      informer.subscribe(({ key, previous, current }) => {
        told.push(
          `${key.split("/")[1]}: ${previous?.data?.["value"]} → ${current?.data?.["value"]}`,
        );
      });
      await put(rig, "new", "1");
      await put(rig, "new", "2");
      await rig.direct.delete(configMaps, { namespace: rig.namespace, name: "old" });
      await until(informer, ({ get }) => get(`${rig.namespace}/old`) === undefined);
      expect(told.filter((line) => !line.startsWith("kube-root"))).toEqual([
        "old: undefined → 1",
        "new: undefined → 1",
        "new: 1 → 2",
        "old: 1 → undefined",
      ]);
    });
  });

  test("of several namespaces holds those and no other; of the cluster, all", async () => {
    await withRig(cluster(), async (one) => {
      await withRig(cluster(), async (two) => {
        await withRig(cluster(), async (three) => {
          for (const rig of [one, two, three]) await put(rig, "here", rig.namespace);
          const some = await following(one, { namespaces: [one.namespace, two.namespace] });
          const all = await following(one, { namespaces: undefined } as object);
          const names = (objects: readonly KubeObject[]) =>
            new Set(objects.map(({ metadata }) => metadata.namespace));
          expect(names(some.informer.cache.all())).toEqual(new Set([one.namespace, two.namespace]));
          expect([...names(all.informer.cache.all())]).toEqual(
            expect.arrayContaining([one.namespace, two.namespace, three.namespace]),
          );
        });
      });
    });
  });

  test("with a label selector loses what stops to match", async () => {
    await withRig(cluster(), async (rig) => {
      const { direct, namespace } = rig;
      const { informer } = await following(rig, { labelSelector: "colour=red" });
      const metadata = { namespace, name: "a" };
      await direct.create(configMaps, { metadata: { ...metadata, labels: { colour: "red" } } });
      await until(informer, ({ size }) => size === 1);
      const body = { metadata: { labels: { colour: "blue" } } };
      await direct.patch(configMaps, metadata, { type: "merge", body });
      await until(informer, ({ size }) => size === 0);
    });
  });

  test("with a field selector holds the one object of that name", async () => {
    await withRig(cluster(), async (rig) => {
      await put(rig, "mine", "1");
      await put(rig, "other", "1");
      const { informer } = await following(rig, { fieldSelector: "metadata.name=mine" });
      expect(valuesIn(informer.cache.all())).toEqual({ mine: "1" });
    });
  });

  test("of metadata holds no content of a Secret, not even of one that it is offered", async () => {
    await withRig(cluster(), async ({ client, direct, namespace, signal }) => {
      const informer = createInformer({
        client,
        kind: secrets,
        namespaces: [namespace],
        metadataOnly: true,
      });
      started(informer, signal);
      await informer.synced;
      const data = { password: "aHVzaA==" };
      await direct.create(secrets, { metadata: { namespace, name: "watched" }, data });
      const made = await direct.create(secrets, { metadata: { namespace, name: "offered" }, data });
      if (made.outcome === "written") informer.offer(made.object);
      await until(informer, ({ size }) => size === 2);
      expect(JSON.stringify(informer.cache.all())).not.toContain("aHVzaA==");
    });
  });

  test("knows the answer to a write at once, and is told of it once", async () => {
    await withRig(cluster(), async (rig) => {
      const { informer } = await following(rig);
      const told: (string | undefined)[] = [];
      informer.subscribe(({ current }) => {
        const value = current?.data?.["value"];
        if (value !== undefined) told.push(value);
      });
      const written = await put(rig, "a", "ours");
      if (written.outcome === "written") informer.offer(written.object);
      expect(valuesIn(informer.cache.all())).toEqual({ a: "ours" });
      await put(rig, "z", "last");
      await until(informer, ({ get }) => get(`${rig.namespace}/z`) !== undefined);
      expect(told.filter((value) => value === "ours")).toHaveLength(1);
    });
  });
});

describe("nothing is lost", () => {
  test("when watches are cut while objects change", async () => {
    await withRig(cluster(), async (rig) => {
      const { informer } = await following(rig);
      for (let round = 0; round < 12; round++) {
        if (round % 3 === 0) rig.proxy.cutWatches();
        await put(rig, `cm-${round % 4}`, String(round));
      }
      const wanted = { "cm-0": "8", "cm-1": "9", "cm-2": "10", "cm-3": "11" };
      await until(informer, ({ all }) => {
        return isDeepStrictEqual(valuesIn(all()), wanted);
      });
      // Taken up where they broke off: nothing was listed again.
      expect(rig.proxy.requests.filter(isList)).toHaveLength(1);
    });
  });

  const expired = { type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } };
  test.each([
    ["410 as its answer", { answer: 410 }],
    ["410 as an event", { watchLine: JSON.stringify(expired) }],
    ["an event that is none", { watchLine: '{"type":"NONSENSE"}' }],
    ["a line that is no JSON", { watchLine: "{" }],
  ] as const)("when a watch is refused with %s: all is listed anew", async (_name, fault) => {
    await withRig(cluster(), async (rig) => {
      await put(rig, "goes", "1");
      const { informer } = await following(rig);
      const refused = Promise.withResolvers<void>();
      let open = false;
      rig.proxy.rule = (request) => {
        if (!request.watch || open) return undefined;
        refused.resolve();
        return fault;
      };
      rig.proxy.cutWatches();
      await refused.promise;
      await rig.direct.delete(configMaps, { namespace: rig.namespace, name: "goes" });
      await put(rig, "comes", "1");
      open = true;
      await until(informer, ({ get }) => get(`${rig.namespace}/comes`) !== undefined);
      expect(valuesIn(informer.cache.all())).toEqual({ comes: "1" });
      expect(rig.proxy.requests.filter(isList).length).toBeGreaterThan(1);
    });
  });

  test("when nobody listens for a while", async () => {
    await withRig(cluster(), async (rig) => {
      await put(rig, "goes", "1");
      const { informer } = await following(rig);
      await rig.proxy.refuse();
      await rig.direct.delete(configMaps, { namespace: rig.namespace, name: "goes" });
      await put(rig, "comes", "1");
      await rig.proxy.accept();
      await until(informer, ({ get }) => get(`${rig.namespace}/comes`) !== undefined);
      expect(valuesIn(informer.cache.all())).toEqual({ comes: "1" });
    });
  });

  test("when a connection is dead and does not say so", async () => {
    await withRig(cluster(), async (rig) => {
      const { informer, ended } = await following(rig, { silenceMs: 500 });
      rig.proxy.freeze();
      await put(rig, "unheard", "1");
      rig.proxy.thaw();
      await until(informer, ({ get }) => get(`${rig.namespace}/unheard`) !== undefined);
      expect(ended).toContain("silent");
    });
  });

  test("when the API server is killed and comes back", async () => {
    await withRig(cluster(), async (rig) => {
      await put(rig, "before", "1");
      const { informer } = await following(rig);
      await cluster().stopApiServer();
      await cluster().startApiServer();
      await put(rig, "after", "1");
      await until(informer, ({ get }) => get(`${rig.namespace}/after`) !== undefined);
      expect(valuesIn(informer.cache.all())).toEqual({ before: "1", after: "1" });
    });
  });

  test("when the API server has forgotten the version that was known, and says so", async () => {
    await withRig(cluster(), async (rig) => {
      await put(rig, "goes", "1");
      const { informer, ended } = await following(rig);
      await rig.proxy.refuse();
      await rig.direct.delete(configMaps, { namespace: rig.namespace, name: "goes" });
      // A server that starts remembers nothing of before.
      await cluster().stopApiServer();
      await cluster().startApiServer();
      await put(rig, "comes", "1");
      await rig.proxy.accept();
      await until(informer, ({ get }) => get(`${rig.namespace}/comes`) !== undefined);
      expect(valuesIn(informer.cache.all())).toEqual({ comes: "1" });
      expect(ended).toContain("gone");
    });
  });

  test.each([
    ["500", { answer: 500 }],
    ["429", { answer: 429 }],
    ["403", { answer: 403 }],
    ["a cut connection", "cut"],
    ["an answer of nonsense", { answer: 200, body: "nonsense" }],
  ] as const)("when the first lists and watches end in %s", async (_name, fault) => {
    await withRig(cluster(), async (rig) => {
      await put(rig, "there", "1");
      const lists = times(2, isList, fault);
      const watches = times(2, isWatch, fault);
      rig.proxy.rule = (request) => lists(request) ?? watches(request);
      const { informer } = await following(rig);
      expect(valuesIn(informer.cache.all())).toEqual({ there: "1" });
      await put(rig, "later", "1");
      await until(informer, ({ get }) => get(`${rig.namespace}/later`) !== undefined);
    });
  });

  test("when the second page of a list is not to be had any more", async () => {
    await withRig(cluster(), async (rig) => {
      for (const name of ["a", "b", "c"]) await put(rig, name, "1");
      const isSecond = ({ url }: SeenRequest) => url.includes("continue=");
      rig.proxy.rule = times(1, isSecond, { answer: 410 });
      const { informer } = await following(rig, { pageSize: 2 });
      expect(valuesIn(informer.cache.all())).toEqual({ a: "1", b: "1", c: "1" });
    });
  });
});

describe("no server is asked as fast as it answers", () => {
  test.each([
    ["refuses everything", () => ({ answer: 500 }) as const],
    [
      "calls every version too old",
      ({ watch }: SeenRequest) => (watch ? { answer: 410 } : undefined),
    ],
    ["ends every watch at once", ({ watch }: SeenRequest) => (watch ? "cut" : undefined)],
  ] as const)("that %s", async (_name, rule) => {
    await withRig(cluster(), async (rig) => {
      const { client, namespace, proxy, signal } = rig;
      proxy.rule = rule;
      const informer = createInformer({ client, kind: configMaps, namespaces: [namespace] });
      const stop = new AbortController();
      signal.addEventListener("abort", () => stop.abort());
      const run = informer.run(stop.signal);
      const over = Promise.withResolvers<void>();
      setTimeout(over.resolve, 3_000);
      await over.promise;
      stop.abort();
      await run;
      // 100, 200, 400, 800 and 1,600 ms with half of it as jitter: at most seven rounds of list and watch.
      expect(proxy.requests.length).toBeLessThanOrEqual(16);
      expect(proxy.requests.length).toBeGreaterThan(2);
    });
  });
});
