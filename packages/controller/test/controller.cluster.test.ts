import { useCluster } from "@headgate/test-cluster/vitest";
import { beforeAll, describe, expect } from "vitest";
import { connect } from "../src/api/connect.ts";
import { events } from "../src/events/event.ts";
import { eventRecorder } from "../src/events/recorder.ts";
import { lead } from "../src/lease/lead.ts";
import { leases } from "../src/lease/lease.ts";
import { faultProxy, times, type Fault, type SeenRequest } from "./fault-proxy.ts";
import { configMaps, widgetDefinition, widgets } from "./kinds.ts";
import { withRig, type Rig } from "./rig.ts";
import { isGolden, widgetOperator, type WidgetOperator } from "./widget-operator.ts";

const { test, cluster } = useCluster({ node: false });

beforeAll(async () => {
  await cluster().apply([widgetDefinition]);
  const definition = "crd/widgets.controller.example.com";
  await cluster().kubectl(["wait", "--for=condition=Established", definition]);
});

const isWrite = ({ method }: SeenRequest) => method !== "GET";

/** Runs an operator through the proxy for the time of a test. */
async function operating(rig: Rig, body: (operator: WidgetOperator) => Promise<void>) {
  const operator = widgetOperator(rig.client, rig.namespace);
  const stop = new AbortController();
  const running = operator.run(stop.signal);
  try {
    await body(operator);
  } finally {
    stop.abort();
    await running;
  }
}

function makeWidgets({ direct, namespace }: Rig, names: readonly string[], size: number) {
  return Promise.all(
    names.map((name) =>
      direct.patch(
        widgets,
        { namespace, name },
        {
          type: "apply",
          fieldManager: "user",
          body: {
            apiVersion: "controller.example.com/v1",
            kind: "Widget",
            metadata: { name },
            spec: { size },
          },
        },
      ),
    ),
  );
}

/** Resolves when everything is as it should be. */
function golden(operator: WidgetOperator, count: number, size: number): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (isGolden(operator, count, size)) resolve();
    };
    operator.widgets.subscribe(check);
    operator.copies.subscribe(check);
  });
}

/** Whether a stretch of time passes without a write. */
async function writesWithin(rig: Rig, ms: number): Promise<number> {
  const before = rig.proxy.requests.filter(isWrite).length;
  const over = Promise.withResolvers<void>();
  setTimeout(over.resolve, ms);
  await over.promise;
  return rig.proxy.requests.filter(isWrite).length - before;
}

const names = ["a", "b", "c", "d", "e"];

describe("an operator", () => {
  test("writes each object and each status once, and at rest nothing", async () => {
    await withRig(cluster(), async (rig) => {
      await operating(rig, async (operator) => {
        await makeWidgets(rig, names, 1);
        await golden(operator, names.length, 1);
        expect(rig.proxy.requests.filter(isWrite)).toHaveLength(names.length * 2);
        expect(await writesWithin(rig, 1_000)).toBe(0);
        await makeWidgets(rig, names, 2);
        await golden(operator, names.length, 2);
        expect(rig.proxy.requests.filter(isWrite)).toHaveLength(names.length * 4);
      });
    });
  });

  test("that starts where all is done writes nothing", async () => {
    await withRig(cluster(), async (rig) => {
      await makeWidgets(rig, names, 1);
      await operating(rig, (operator) => golden(operator, names.length, 1));
      const before = rig.proxy.requests.filter(isWrite).length;
      await operating(rig, async (operator) => {
        await golden(operator, names.length, 1);
        while (operator.runs.length < names.length) await writesWithin(rig, 20);
      });
      expect(rig.proxy.requests.filter(isWrite)).toHaveLength(before);
    });
  });

  test("repairs at once what somebody changes, and what somebody deletes", async () => {
    await withRig(cluster(), async (rig) => {
      await operating(rig, async (operator) => {
        await makeWidgets(rig, ["a"], 1);
        await golden(operator, 1, 1);
        const name = { namespace: rig.namespace, name: "a" };
        const uid = (await rig.direct.get(configMaps, name))?.metadata.uid;
        const body = { data: { size: "99" } };
        const began = performance.now();
        await rig.direct.patch(configMaps, name, { type: "merge", body });
        while ((await rig.direct.get(configMaps, name))?.data?.["size"] !== "1");
        await rig.direct.delete(configMaps, name);
        while (((await rig.direct.get(configMaps, name))?.metadata.uid ?? uid) === uid);
        expect(performance.now() - began).toBeLessThan(2_000);
      });
    });
  });

  const faults: readonly (readonly [string, Fault])[] = [
    ["cut", "cut"],
    ["cut after it was done", "cut the answer"],
    ["answered with 409", { answer: 409, body: { kind: "Status", code: 409, reason: "Conflict" } }],
    ["answered with 429", { answer: 429 }],
    ["answered with 500", { answer: 500 }],
    ["answered with 503 and a wait", { answer: 503, retryAfter: "1" }],
  ];
  test.each(faults)("comes to the same end when any one write is %s", async (_name, fault) => {
    await withRig(cluster(), async (rig) => {
      await operating(rig, async (operator) => {
        for (let nth = 0; nth < 4; nth++) {
          let seen = 0;
          rig.proxy.rule = (request) => {
            // Only those of the operator: the test itself writes past the proxy.
            return isWrite(request) && seen++ === nth ? fault : undefined;
          };
          await makeWidgets(rig, ["a", "b"], 10 + nth);
          await golden(operator, 2, 10 + nth);
        }
        // A write that was done, but that it was not told of, is made once more after that.
        expect(await writesWithin(rig, 1_500)).toBeLessThanOrEqual(2);
        expect(await writesWithin(rig, 300)).toBe(0);
      });
    });
  });

  test("comes to the same end when it is ended at any request and started anew", async () => {
    await withRig(cluster(), async (rig) => {
      await makeWidgets(rig, ["a", "b"], 1);
      for (let nth = 1; nth <= 10; nth++) {
        await makeWidgets(rig, ["a", "b"], nth);
        const operator = widgetOperator(rig.client, rig.namespace);
        const stop = new AbortController();
        let seen = 0;
        rig.proxy.rule = () => {
          seen += 1;
          if (seen < nth) return undefined;
          stop.abort();
          return "cut the answer";
        };
        const ended = operator.run(stop.signal);
        await Promise.race([ended, golden(operator, 2, nth)]);
        stop.abort();
        await ended;
      }
      rig.proxy.rule = () => undefined;
      await operating(rig, (operator) => golden(operator, 2, 10));
      const made = await rig.direct.list(configMaps, {
        namespace: rig.namespace,
        labelSelector: "widget",
      });
      expect(made.items.map(({ metadata, data }) => [metadata.name, data])).toEqual([
        ["a", { size: "10" }],
        ["b", { size: "10" }],
      ]);
    });
  });

  test("goes on when the API server is killed in the middle and comes back", async () => {
    await withRig(cluster(), async (rig) => {
      await operating(rig, async (operator) => {
        await makeWidgets(rig, names.slice(0, 3), 1);
        await cluster().stopApiServer();
        await cluster().startApiServer();
        await makeWidgets(rig, names, 2);
        await golden(operator, names.length, 2);
      });
    });
  });

  test("does not ask as fast as it is refused", async () => {
    await withRig(cluster(), async (rig) => {
      rig.proxy.rule = (request) => (isWrite(request) ? { answer: 500 } : undefined);
      await operating(rig, async (operator) => {
        await makeWidgets(rig, ["a"], 1);
        // 50, 100, … 1,600 ms, with half of it as jitter.
        expect(await writesWithin(rig, 2_000)).toBeLessThanOrEqual(8);
        rig.proxy.rule = () => undefined;
        await golden(operator, 1, 1);
      });
    });
  });
});

describe("of two processes", () => {
  test("the one that the API server cannot hear any more ends before the other begins", async () => {
    await withRig(cluster(), async (rig) => {
      const other = await faultProxy(cluster().kubeconfig);
      const kubeConfig = { from: "text", text: other.kubeconfig } as const;
      const second = connect({ kubeConfig, userAgent: "second" });
      const lease = { namespace: rig.namespace, name: "leader" };
      const terms = { termMs: 2_000, giveUpMs: 1_200, everyMs: 200 };
      const log: string[] = [];
      const work = (identity: string, began: () => void) => (signal: AbortSignal) =>
        new Promise<void>((resolve) => {
          log.push(`${identity} begins`);
          began();
          signal.addEventListener("abort", () => {
            log.push(`${identity} ends`);
            resolve();
          });
        });
      const stop = new AbortController();
      const firstBegan = Promise.withResolvers<void>();
      const secondBegan = Promise.withResolvers<void>();
      const ended = [
        lead(
          { client: rig.client, lease, identity: "first", ...terms },
          work("first", firstBegan.resolve),
          stop.signal,
        ),
      ];
      await firstBegan.promise;
      ended.push(
        lead(
          { client: second, lease, identity: "second", ...terms },
          work("second", secondBegan.resolve),
          stop.signal,
        ),
      );
      rig.proxy.freeze();
      await secondBegan.promise;
      expect(log).toEqual(["first begins", "first ends", "second begins"]);
      expect((await rig.direct.get(leases, lease))?.spec).toMatchObject({
        holderIdentity: "second",
        leaseTransitions: 1,
      });
      stop.abort();
      expect(await Promise.all(ended)).toEqual(["lost", "stopped"]);
      expect((await rig.direct.get(leases, lease))?.spec?.holderIdentity).toBe("");
      second.close();
      await other.close();
    });
  });
});

describe("events", () => {
  test("are one object with a count, however often the same happens", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      await direct.create(widgets, { metadata: { namespace, name: "w" } });
      const regarding = (await direct.get(widgets, { namespace, name: "w" }))!;
      const reporter = { controller: "controller.example.com/test", instance: "test-0" };
      const recorder = eventRecorder({ client: direct, reporter });
      const happening = {
        regarding,
        type: "Warning",
        reason: "Broken",
        action: "Reconcile",
      } as const;
      for (let time = 0; time < 50; time++) recorder.record({ ...happening, note: "It broke." });
      recorder.record({ ...happening, note: "It broke otherwise." });
      await recorder.flushed();
      const { items } = await direct.list(events, { namespace });
      const told = items.filter(({ reason }) => reason === "Broken");
      expect(told.map(({ note, series }) => [note, series?.count])).toEqual(
        expect.arrayContaining([
          ["It broke.", 2],
          ["It broke otherwise.", undefined],
        ]),
      );
      const described = await cluster().kubectl(["-n", namespace, "describe", "widget", "w"]);
      expect(described).toMatch(/Warning\s+Broken .* It broke\./);
    });
  });

  test("that cannot be written cost nothing but a log line", async () => {
    await withRig(cluster(), async ({ client, proxy, namespace }) => {
      const warned: string[] = [];
      const log = {
        info: () => {},
        error: () => {},
        warn: (_f: object, text: string) => warned.push(text),
      };
      const reporter = { controller: "controller.example.com/test", instance: "test-0" };
      const recorder = eventRecorder({ client, reporter, log });
      proxy.rule = times(9, () => true, { answer: 500 });
      const regarding = { metadata: { namespace, name: "w" } };
      for (const note of ["a", "b", "c"]) {
        recorder.record({ regarding, type: "Normal", reason: "R", action: "A", note });
      }
      await recorder.flushed();
      expect(warned).toEqual(["events cannot be written"]);
    });
  });
});
