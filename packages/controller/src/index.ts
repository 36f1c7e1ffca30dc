export type {
  ApiClient,
  Deleted,
  DeleteOptions,
  ListPage,
  ListRequest,
  Patch,
  PatchType,
  Selection,
  WatchEvent,
  WatchRequest,
  WriteOptions,
  Written,
} from "./api/client.ts";
export { connect, type ConnectOptions } from "./api/connect.ts";
export type { KubeConfigSource } from "./api/kube-config-source.ts";
export { ControllerError, type ControllerErrorCode } from "./api/error.ts";
export { apiVersionOf, defineKind, type Kind } from "./api/kind.ts";
export {
  keyOf,
  nameOfKey,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type ObjectName,
  type OwnerReference,
} from "./api/object.ts";
export { podProxy, type PodProxy, type PodRequest } from "./api/pod-proxy.ts";
export type { StatusCause } from "./api/status.ts";
export { apply, applyStatus, type Applied, type ApplyRequest, type Wanted } from "./apply/apply.ts";
export { isApplied, type Intent } from "./apply/applied.ts";
export type { FieldConflict } from "./apply/field-conflict.ts";
export { remove } from "./apply/remove.ts";
export { planTakeOver, type JsonPatchOperation, type TakeOver } from "./apply/take-over.ts";
export type { CacheReader, Change, IndexFunction } from "./cache/store.ts";
export type { KeptManagedFields } from "./cache/trim.ts";
export type { Happening, Reporter } from "./events/event.ts";
export { eventRecorder, type EventRecorder, type RecorderOptions } from "./events/recorder.ts";
export { createInformer, type Informer, type InformerOptions } from "./informer/informer.ts";
export type { ChangeHandler } from "./informer/subscribers.ts";
export type { CandidateOptions } from "./lease/candidate.ts";
export { lead, type LeadEnd } from "./lease/lead.ts";
export {
  conditionOf,
  conditionsFrom,
  type Condition,
  type ConditionsInput,
  type WantedCondition,
} from "./meta/conditions.ts";
export {
  hasFinalizer,
  isDeleting,
  planFinalizer,
  planWithoutFinalizer,
  type FinalizersPatch,
} from "./meta/finalizers.ts";
export {
  controllerOf,
  controllerReference,
  isControlledBy,
  ownerKey,
} from "./meta/owner-references.ts";
export { ReferenceIndex, type Reference } from "./meta/reference-index.ts";
export {
  createController,
  type Controller,
  type ControllerOptions,
  type Reconcile,
  type ReconcileContext,
} from "./queue/controller.ts";
export { feed, isOfIntent, type KeysOf } from "./queue/feed.ts";
export { noLog, type Log, type LogLine } from "./telemetry/log.ts";
export {
  noMetrics,
  type ApiRequestMetric,
  type Metrics,
  type ReconcileEnd,
} from "./telemetry/metrics.ts";
export type { Backoff, Random } from "./time/backoff.ts";
export { systemClock, type Clock } from "./time/clock.ts";
