import {
  conditionsFrom,
  defineKind,
  keyOf,
  ReferenceIndex,
  type Condition,
  type KubeObject,
} from "@headgate/controller";

interface Widget extends KubeObject {
  readonly status?: { readonly conditions: readonly Condition[] };
}
const widgets = defineKind<Widget>({
  group: "example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  namespaced: true,
});
const references = new ReferenceIndex();
references.set(keyOf({ namespace: "n", name: "w" }), [{ kind: "Secret", name: "s" }]);
const [ready] = conditionsFrom({
  existing: undefined,
  wanted: [{ type: "Ready", status: "True", reason: "Fine", message: "" }],
  observedGeneration: 1,
  nowMs: 0,
});
console.log(
  widgets.plural,
  ...references.referrersOf({ kind: "Secret", name: "s" }),
  ready?.lastTransitionTime,
);
