import { defineKind } from "../api/kind.ts";
import type { KubeObject } from "../api/object.ts";
import { microTime } from "../time/micro-time.ts";

/** What an event is about. */
export interface Regarding {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** An event of `events.k8s.io/v1`. */
export interface KubeEvent extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly action: string;
  readonly reason: string;
  readonly regarding: Regarding;
  readonly note: string;
  readonly type: "Normal" | "Warning";
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

/** How events are addressed. */
export const events = defineKind<KubeEvent>({
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
});

/** Something that happened to an object and that a person may want to know. */
export interface Happening {
  /** With apiVersion and kind, as informers hold it. */
  readonly regarding: KubeObject;
  readonly type: "Normal" | "Warning";
  /** One CamelCase word that says why. */
  readonly reason: string;
  /** One CamelCase word that says what was done. */
  readonly action: string;
  /** A sentence for people. */
  readonly note: string;
}

/** Who reports. */
export interface Reporter {
  /** As `example.com/controller`. */
  readonly controller: string;
  /** Which of its processes. */
  readonly instance: string;
}

// Bounds of the API; longer ones are refused.
const LONGEST_NAME = 220;
const LONGEST_WORD = 128;
const LONGEST_NOTE = 1024;

/** The event that tells of something for the first time; the suffix makes its name its own. */
export function eventOf(
  { regarding, type, reason, action, note }: Happening,
  { controller, instance }: Reporter,
  { nowMs, suffix }: { nowMs: number; suffix: string },
): KubeEvent {
  const { name = "", namespace, uid, resourceVersion } = regarding.metadata;
  return {
    metadata: {
      name: `${name.slice(0, LONGEST_NAME)}.${suffix}`,
      // Events live in namespaces; those of cluster-scoped objects in this one.
      namespace: namespace ?? "default",
    },
    eventTime: microTime(nowMs),
    reportingController: controller,
    reportingInstance: instance.slice(0, LONGEST_WORD),
    action: action.slice(0, LONGEST_WORD),
    reason: reason.slice(0, LONGEST_WORD),
    regarding: JSON.parse(
      JSON.stringify({
        apiVersion: regarding.apiVersion,
        kind: regarding.kind,
        namespace,
        name,
        uid,
        resourceVersion,
      }),
    ) as Regarding,
    note: cut(note, LONGEST_NOTE),
    type,
  };
}

// The bound counts bytes, and no character may be cut in two.
function cut(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  return (
    encoded
      .subarray(0, bytes - 4)
      .toString("utf8")
      .replace(/\uFFFD$/, "") + "…"
  );
}
