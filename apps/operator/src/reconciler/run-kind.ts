import {
  createController,
  feed,
  type Informer,
  type KubeObject,
  type Metrics,
  ownerKey,
  type Controller,
} from "@headgate/controller";
import { Memory } from "../cluster/reads.ts";
import type { KindReconciler, World } from "./kind-reconciler.ts";

/** Makes the controller of a kind and feeds it with every change that may concern one of its objects. */
export function controllerOf(kind: KindReconciler, world: World, metrics: Metrics): Controller {
  const { caches, log } = world;
  const memory = new Memory(caches);
  const others: ((signal: AbortSignal) => Promise<void>)[] = [];
  const controller: Controller = createController({
    name: kind.name,
    concurrency: kind.concurrency ?? 1,
    reconcile: kind.create({
      ...world,
      look: (key, look) => memory.look(key, look),
      again: (key) => controller.add(key),
      alongside: (work) => void others.push(work),
    }),
    log,
    metrics,
  });
  const own = caches[kind.of] as unknown as Informer<KubeObject>;
  feed(own, controller);
  memory.follow((key) => controller.add(key));
  for (const name of kind.owns) {
    feed(caches[name] as unknown as Informer<KubeObject>, controller, ({ previous, current }) =>
      [previous, current]
        .map((object) => object && ownerKey(own.kind, object))
        .filter((key) => key !== undefined),
    );
  }
  return {
    ...controller,
    run: async (signal) => {
      await Promise.all([controller.run(signal), ...others.map((work) => work(signal))]);
    },
  };
}
