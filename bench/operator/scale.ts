import { setTimeout as delay } from "node:timers/promises";
import { programSource, startControlPlane, type Write } from "@headgate/test-cluster";
import { median, quantile } from "../load/quantile.ts";
import { sampleProcess } from "../machine/process-sample.ts";
import { firstSeen, type Ground, openGround } from "./ground.ts";
import { applyServer, applySpec, NAMESPACE, services, type Server } from "./objects.ts";
import type { OperatorFigure } from "./operator-figure.ts";

const IMAGE = "headgate.test/gateway:1";
/** How many are applied at the same time. */
const HANDS = 8;

function serverOf(name: string, maxTokens = 10): Server {
  return { name, url: "https://tools.example.com/mcp", redis: "redis:6379", maxTokens };
}

/** A cluster of its own, without a node, for as long as something is measured. */
async function withGround<T>(measure: (ground: Ground) => Promise<T>): Promise<T> {
  const programs = programSource(process.env, console.log);
  const controlPlane = await startControlPlane({ programs });
  try {
    const ground = await openGround(controlPlane, IMAGE);
    try {
      return await measure(ground);
    } finally {
      await ground.close();
    }
  } finally {
    await controlPlane.stop();
  }
}

/** Servers one at a time: from the first object that is applied until there is a Deployment. */
export function measureOne(repeats: number): Promise<readonly OperatorFigure[]> {
  return withGround(async (ground) => {
    const took: number[] = [];
    for (let turn = 0; turn < repeats; turn++) {
      const name = `one-${turn}`;
      const seen = firstSeen(ground.deployments, [name]);
      const startedMs = performance.now();
      await applyServer(ground.client, serverOf(name));
      took.push(((await seen).get(name) ?? Number.NaN) - startedMs);
      // What follows a Deployment is not to be in the way of the next.
      await delay(300);
    }
    const figure = figureOf("apply → Deployment, 1 server, p50", "ms", median(took), 150);
    return [{ ...figure, reference: "195 ms" }];
  });
}

/** Many servers at once: how long, with how many writes, in how much memory; then how they change. */
export function measureMany(
  count: number,
  { seconds, reference }: { readonly seconds: number; readonly reference: string },
): Promise<readonly OperatorFigure[]> {
  return withGround(async (ground) => {
    const names = Array.from({ length: count }, (_, at) => `many-${at}`);
    const mark = await ground.mark();
    const seen = firstSeen(ground.deployments, names);
    const startedMs = performance.now();
    await inParallel(names, (name) => applyServer(ground.client, serverOf(name)));
    const appliedMs = performance.now() - startedMs;
    const times = [...(await seen).values()].map((atMs) => (atMs - startedMs) / 1_000);
    const writes = await ground.writes(mark);
    const { rssKb } = sampleProcess(ground.operator.pid);
    console.log(
      `  ${count} servers applied in ${(appliedMs / 1_000).toFixed(1)} s; Deployments p50 ${quantile(times, 0.5).toFixed(1)} s; CPU ${(sampleProcess(ground.operator.pid).cpuMicros / 1e6).toFixed(1)} s`,
    );
    const all = figureOf(`apply → Deployment, all of ${count}`, "s", Math.max(...times), seconds);
    const perServer = figureOf(`writes per new server, of ${count}`, "", writes.length / count, 11);
    const rss = figureOf(`RSS at ${count}`, "MB", rssKb / 1024, 150);
    const events = writes.filter(({ resource }) => resource === "events").length;
    if (events > 0) console.log(`  of the writes ${events} are events`);
    return [
      { ...all, reference },
      { ...perServer, reference: "16–18 + 3 events" },
      mostStatusWrites(`status writes per new object, at most, of ${count}`, writes),
      { ...rss, reference: count === 200 ? "90 MB, Go" : "74–80 MB, Go" },
      ...(await measureChanges(ground, names)),
      ...(await measureRepairs(ground, names.slice(0, 10))),
    ];
  });
}

/** Every limit is changed: what is written, and which Deployments roll. */
async function measureChanges(
  ground: Ground,
  names: readonly string[],
): Promise<readonly OperatorFigure[]> {
  const generations = () =>
    new Map(
      ground.deployments.cache.all().map(({ metadata }) => [metadata.name, metadata.generation]),
    );
  const before = generations();
  const mark = await ground.mark();
  await inParallel(names, (name) => applySpec(ground.client, serverOf(name, 99)));
  const writes = await ground.writes(mark);
  const changed = [...generations()].filter(([name, now]) => before.get(name) !== now).length;
  const rolled = figureOf("limit change: Deployments rolled", "", changed, 0);
  const perChange = figureOf("limit change: writes", "", writes.length / names.length, 2);
  return [
    { ...rolled, reference: "all" },
    { ...perChange, reference: "5.3–6.5 + 1 event" },
    mostStatusWrites("status writes per object and limit change, at most", writes),
  ];
}

/** A Service is deleted: how long until there is another. */
async function measureRepairs(
  ground: Ground,
  names: readonly string[],
): Promise<readonly OperatorFigure[]> {
  const took: number[] = [];
  for (const server of names) {
    const name = `vmcp-${server}`;
    const startedMs = performance.now();
    const back = replaced(ground, name);
    await ground.client.delete(services, { namespace: NAMESPACE, name });
    took.push((await back) - startedMs);
  }
  const worst = Math.max(...took) / 1_000;
  const figure = figureOf("Service deleted → back, longest", "s", worst, 0.5);
  return [{ ...figure, reference: "0.1–0.4 s" }];
}

/** Resolves with the moment at which there is another Service of this name. */
function replaced({ services: seen }: Ground, name: string): Promise<number> {
  const uid = seen.cache.get(`${NAMESPACE}/${name}`)?.metadata.uid;
  return new Promise((resolve) => {
    const end = seen.subscribe(({ current }) => {
      if (current?.metadata.name !== name || current.metadata.uid === uid) return;
      queueMicrotask(() => end());
      resolve(performance.now());
    });
  });
}

/** How often, for each of its changes, the status of that object was written for which it was most often. */
function mostStatusWrites(name: string, writes: readonly Write[]): OperatorFigure {
  const counts = new Map<string, number>();
  for (const write of writes) {
    if (!write.resource.endsWith("/status")) continue;
    const key = `${write.resource} ${write.name}`;
    // A group is made, and then an entry joins it.
    const changes = write.resource === "mcpgroups/status" ? 2 : 1;
    counts.set(key, (counts.get(key) ?? 0) + 1 / changes);
  }
  const often = [...counts].filter(([, count]) => count > 1);
  for (const [key, count] of often.slice(0, 5)) console.log(`  ${key}: ${count} times`);
  const figure = figureOf(name, "", Math.max(0, ...counts.values()), 1);
  return { ...figure, reference: "3.3–4.5 on average" };
}

/** A figure of the operator. */
export function figureOf(name: string, unit: string, value: number | undefined, atMost: number) {
  return { name, unit, values: { operator: value }, bar: { atMost } };
}

async function inParallel(
  names: readonly string[],
  act: (name: string) => Promise<void>,
): Promise<void> {
  const left = names.values();
  await Promise.all(
    Array.from({ length: HANDS }, async () => {
      for (const name of left) await act(name);
    }),
  );
}
