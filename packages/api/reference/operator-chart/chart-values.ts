import * as z from "zod";
import { off, on, passedOnList, resources, text, texts } from "./kubernetes-values.ts";
import { OperatorValues } from "./operator-values.ts";
import { chartWithoutEffect } from "./without-effect.ts";

const Interval = z
  .string()
  .regex(/^[0-9]+(ms|s|m|h)$/)
  .default("30s");

const Monitoring = {
  serviceMonitor: z
    .strictObject({
      enabled: off("ServiceMonitors for the operator and for the gateways it makes."),
      interval: Interval.describe("How often they are asked."),
      labels: texts("Labels by which Prometheus finds them."),
    })
    .prefault({}),
  prometheusRule: z
    .strictObject({
      enabled: off("A PrometheusRule with alerts on operator, limits, backends and configuration."),
      labels: texts("Labels by which Prometheus finds it."),
    })
    .prefault({}),
  grafanaDashboard: z
    .strictObject({
      enabled: off("A ConfigMap with a dashboard of limits and backends."),
      labels: z
        .record(z.string(), z.string())
        .default({ grafana_dashboard: "1" })
        .describe("Labels by which Grafana finds it."),
      annotations: texts("Annotations of the ConfigMap, to choose a folder for example."),
    })
    .prefault({}),
};

const Protection = {
  podDisruptionBudget: z
    .strictObject({
      enabled: off("A PodDisruptionBudget for the operator; of use with two replicas or more."),
      maxUnavailable: z
        .union([z.int().min(0), z.string()])
        .default(1)
        .describe("How many of its Pods may be evicted at a time."),
    })
    .prefault({}),
  networkPolicy: z
    .strictObject({
      enabled: off("A NetworkPolicy for the operator: its metrics and nothing else can be asked."),
      metricsFrom: passedOnList(
        "Who may ask for metrics, as peers of a NetworkPolicy; empty: all.",
      ),
      egress: passedOnList(
        "What the operator may ask, as rules for egress: it needs DNS and the API server. Empty: everything.",
      ),
    })
    .prefault({}),
};

const Redis = z
  .strictObject({
    enabled: off(
      "A single Redis in memory, without password, for a first try: gateways that name no other use it.",
    ),
    image: z
      .string()
      .min(1)
      .default("docker.io/valkey/valkey:9.0-alpine")
      .describe("Image of Valkey or Redis 7 and newer."),
    maxMemory: z
      .string()
      .regex(/^[0-9]+(kb|mb|gb)$/)
      .default("100mb")
      .describe("What it may hold; beyond that it refuses to write rather than forget."),
    resources: resources({
      limits: { memory: "192Mi" },
      requests: { cpu: "20m", memory: "64Mi" },
    }),
    networkPolicy: on("Whether only gateways can reach it."),
  })
  .prefault({});

const Global = z
  .looseObject({
    redis: z
      .looseObject({
        host: text("Host of the default Redis."),
        port: z.union([z.int(), z.string()]).default(6379).describe("Its port."),
        existingSecret: text("Secret with its password."),
        existingSecretKey: text("Key in that Secret."),
      })
      .optional()
      .describe("Used where `operator.defaultRedis` is empty."),
  })
  .optional()
  .describe("Values of a parent chart.");

/** The values of the operator's chart: those of the reference under their names, and ours. */
export const OperatorChartValues = z.strictObject({
  nameOverride: text("In place of the chart's name, in labels."),
  fullnameOverride: text("In place of the names that are derived from the release's."),
  operator: OperatorValues,
  redis: Redis,
  ...Monitoring,
  ...Protection,
  ...chartWithoutEffect,
  global: Global,
});
