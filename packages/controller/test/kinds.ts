import { defineKind } from "../src/api/kind.ts";
import type { KubeObject } from "../src/api/object.ts";
import type { Condition } from "../src/meta/conditions.ts";

/** A ConfigMap, as far as the tests use it. */
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const configMaps = defineKind<ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
});

export const secrets = defineKind<KubeObject & { readonly data?: unknown }>({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  namespaced: true,
});

export const namespaces = defineKind({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
});

/** A Deployment, as far as the tests use it. */
export interface Deployment extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
}

export const deployments = defineKind<Deployment>({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
});

/** A kind of our own, with a status. */
export interface Widget extends KubeObject {
  readonly spec?: { readonly size?: number };
  readonly status?: {
    readonly size?: number;
    readonly note?: string;
    readonly conditions?: readonly Condition[];
  };
}

export const widgets = defineKind<Widget>({
  group: "controller.example.com",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  namespaced: true,
});

const text = { type: "string" };
const condition = {
  type: "object",
  required: ["type", "status", "reason", "message", "lastTransitionTime"],
  properties: {
    type: text,
    status: text,
    reason: text,
    message: text,
    lastTransitionTime: { type: "string", format: "date-time" },
    observedGeneration: { type: "integer", format: "int64" },
  },
};

/** Makes the API server know widgets. */
export const widgetDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.controller.example.com" },
  spec: {
    group: "controller.example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", properties: { size: { type: "integer" } } },
              status: {
                type: "object",
                properties: {
                  size: { type: "integer" },
                  note: text,
                  conditions: {
                    type: "array",
                    items: condition,
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["type"],
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};
