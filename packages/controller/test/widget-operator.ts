import type { ApiClient } from "../src/api/client.ts";
import { nameOfKey } from "../src/api/object.ts";
import { apply, applyStatus, type Applied } from "../src/apply/apply.ts";
import { createInformer, type Informer } from "../src/informer/informer.ts";
import { conditionsFrom } from "../src/meta/conditions.ts";
import { controllerReference, ownerKey } from "../src/meta/owner-references.ts";
import { createController } from "../src/queue/controller.ts";
import { feed } from "../src/queue/feed.ts";
import { configMaps, widgets, type ConfigMap, type Widget } from "./kinds.ts";

const manager = "widget-operator";

/** A small operator: every Widget gets a ConfigMap of its size, and a status that says so. */
export interface WidgetOperator {
  readonly widgets: Informer<Widget>;
  readonly copies: Informer<ConfigMap>;
  /** Every key that was reconciled, in order. */
  readonly runs: readonly string[];
  /** Resolves when the signal has aborted and all has ended. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Makes it, for one namespace. */
export function widgetOperator(client: ApiClient, namespace: string): WidgetOperator {
  const managedFields = { of: manager };
  const common = { client, namespaces: [namespace], managedFields };
  const wanted = createInformer({ ...common, kind: widgets });
  const copies = createInformer({ ...common, kind: configMaps, labelSelector: "widget" });
  const runs: string[] = [];

  const reconcile = async (key: string, { signal }: { signal: AbortSignal }) => {
    runs.push(key);
    const widget = wanted.cache.get(key);
    if (widget === undefined) return undefined;
    const copy = await apply(client, {
      kind: configMaps,
      object: copyOf(widget),
      manager,
      live: copies.cache.get(key),
      signal,
    });
    if (copy.outcome === "applied") copies.offer(copy.object);
    const object = { metadata: nameOfKey(key), status: statusOf(widget, copy) };
    const told = await applyStatus(client, {
      kind: widgets,
      object,
      manager,
      live: widget,
      signal,
    });
    if (told.outcome === "applied") wanted.offer(told.object);
    return undefined;
  };
  const controller = createController({ name: "widgets", reconcile, concurrency: 2 });
  feed(wanted, controller);
  feed(copies, controller, ({ previous, current }) => {
    const keys = [previous, current].map((copy) => copy && ownerKey(widgets, copy));
    return keys.filter((key) => key !== undefined);
  });

  return {
    widgets: wanted,
    copies,
    runs,
    run: async (signal) => {
      const informers = [wanted, copies];
      const following = informers.map((informer) => informer.run(signal));
      const stopped = new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      await Promise.race([stopped, Promise.all(informers.map(({ synced }) => synced))]);
      await controller.run(signal);
      await Promise.all(following);
    },
  };
}

function copyOf(widget: Widget) {
  const { name = "", namespace = "" } = widget.metadata;
  return {
    metadata: {
      name,
      namespace,
      labels: { widget: name },
      ownerReferences: [controllerReference(widgets, widget)],
    },
    data: { size: String(widget.spec?.size ?? 0) },
  };
}

function statusOf(widget: Widget, copy: Applied<ConfigMap>) {
  const { generation } = widget.metadata;
  const size = widget.spec?.size ?? 0;
  const made = copy.outcome === "applied" || copy.outcome === "unchanged";
  return {
    size,
    conditions: conditionsFrom({
      existing: widget.status?.conditions,
      wanted: [
        {
          type: "Ready",
          status: made ? "True" : "False",
          reason: made ? "Copied" : "Refused",
          message: "",
        },
      ],
      observedGeneration: generation,
      nowMs: Date.now(),
    }),
  };
}

/** Whether an operator's caches show so many Widgets of this size, and that each has what it should have. */
export function isGolden(operator: WidgetOperator, count: number, wantedSize: number): boolean {
  const all = operator.widgets.cache.all();
  return (
    all.length === count &&
    operator.copies.cache.size === count &&
    all.every(({ metadata, spec, status }) => {
      const copy = operator.copies.cache.get(`${metadata.namespace}/${metadata.name}`);
      const ready = status?.conditions?.[0];
      return (
        spec?.size === wantedSize &&
        copy?.data?.["size"] === String(wantedSize) &&
        status?.size === wantedSize &&
        ready?.status === "True" &&
        ready.observedGeneration === metadata.generation
      );
    })
  );
}
