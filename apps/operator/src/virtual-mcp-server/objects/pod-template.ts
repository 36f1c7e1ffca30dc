import { completeOperational, type GatewayConfigInput, Operational } from "@headgate/api";
import { parseDuration } from "@headgate/ratelimit-types";
import { namesFor, selectorLabels } from "../names.ts";
import type { MountedFile } from "../needs.ts";
import { type Json, type Merged, strategicMerge } from "../strategic-merge.ts";
import { spreadOver } from "./availability.ts";
import { type ContainerParts, gatewayContainer, NOBODY, PRE_STOP_SECONDS } from "./container.ts";

/** What the Pods of a server are made of. */
export interface PodParts extends ContainerParts {
  readonly annotations: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly imagePullSecrets: readonly string[];
  /** Labels of nodes to be spread over. */
  readonly topologySpread: readonly string[] | undefined;
  /** Changes by the person who wrote the server. */
  readonly patch: Json | undefined;
}

/** What a gateway takes to end streams and children after its grace period, and a little more. */
const STOP_SECONDS = 10;

/** The template of a server's Pods, with the changes that its spec asks for. */
export function podTemplate(parts: PodParts): Merged {
  const { server, annotations, serviceAccount, imagePullSecrets, openShift, needs } = parts;
  const ids = openShift ? {} : { runAsUser: NOBODY, runAsGroup: NOBODY, fsGroup: NOBODY };
  const template: Json = {
    metadata: { labels: selectorLabels(server), annotations },
    spec: {
      serviceAccountName: serviceAccount,
      terminationGracePeriodSeconds: graceSeconds(parts.config),
      securityContext: { runAsNonRoot: true, ...ids, seccompProfile: { type: "RuntimeDefault" } },
      ...(imagePullSecrets.length > 0 && {
        imagePullSecrets: imagePullSecrets.map((name) => ({ name })),
      }),
      ...spreadOver(server, parts.topologySpread),
      containers: [gatewayContainer(parts)],
      volumes: [
        { name: "vmcp-config", configMap: { name: namesFor(server).configMap } },
        { name: "tmp", emptyDir: {} },
        ...volumesOf(needs.files),
      ],
    },
  };
  if (parts.patch === undefined) return { ok: true, value: template };
  const merged = strategicMerge(template, parts.patch);
  return merged.ok ? withSelector(merged.value, server) : merged;
}

// What a patch does to these labels would leave Pods that nobody finds.
function withSelector(template: Json, server: string): Merged {
  const metadata = template["metadata"] as Json;
  const labels = { ...(metadata["labels"] as Json | undefined), ...selectorLabels(server) };
  return { ok: true, value: { ...template, metadata: { ...metadata, labels } } };
}

function graceSeconds({ operational }: GatewayConfigInput): number {
  const read = Operational.safeParse(operational ?? {});
  const { drain } = completeOperational(read.success ? read.data : undefined);
  const seconds = [drain.delay, drain.gracePeriod].map((text) => {
    const duration = parseDuration(text);
    return duration.ok ? duration.microseconds / 1_000_000 : 0;
  });
  const drainSeconds = seconds.reduce((sum, one) => sum + one, 0);
  return Math.ceil(PRE_STOP_SECONDS + drainSeconds + STOP_SECONDS);
}

function volumesOf(files: readonly MountedFile[]): readonly Json[] {
  const volumes = new Map<string, readonly MountedFile[]>();
  for (const file of files) volumes.set(file.volume, [...(volumes.get(file.volume) ?? []), file]);
  return [...volumes].map(([name, mounted]) => {
    const [first] = mounted;
    const items = mounted.map(({ ref, file }) => ({ key: ref.key, path: file }));
    return first?.from === "Secret"
      ? { name, secret: { secretName: first.ref.name, defaultMode: 0o440, items } }
      : { name, configMap: { name: first?.ref.name, items } };
  });
}
