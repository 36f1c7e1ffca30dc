import { createHash } from "node:crypto";
import type { KubeObject } from "@headgate/controller";
import { type Settings, settingsFrom } from "../src/settings/settings.ts";
import { contentNames } from "../src/virtual-mcp-server/content-names.ts";
import type { Digests } from "../src/virtual-mcp-server/contents.ts";
import { podFactsFrom } from "../src/virtual-mcp-server/health.ts";
import { observe } from "../src/virtual-mcp-server/observe.ts";
import { type Plan, planFor } from "../src/virtual-mcp-server/plan.ts";
import { statusOf } from "../src/virtual-mcp-server/status.ts";
import { readsOf } from "./observed-objects.ts";

type WithContent = KubeObject & {
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
};
type Health = KubeObject & { readonly backends?: unknown };

/** What becomes of the one server among these objects. */
export interface Planned {
  readonly plan: Plan;
  readonly status: ReturnType<typeof statusOf>;
}

/** Plans for the server among objects; objects of kind `GatewayHealth` are what the Pod of their name says. */
export function planned(objects: readonly KubeObject[], env: Record<string, string> = {}): Planned {
  const server = objects.find(({ kind }) => kind === "VirtualMCPServer");
  const { namespace = "", name = "" } = server?.metadata ?? {};
  const settings: Settings = settingsFrom({ VMCP_IMAGE: "headgate.test/gateway:1", ...env });
  const reads = readsOf(objects);
  const observed = observe(reads, namespace, name);
  if (observed === undefined) throw new Error("there is no VirtualMCPServer to plan for");
  const names = contentNames(reads, observed, settings);
  const digests = (held: ReadonlyMap<string, KubeObject>) =>
    new Map([...held].map(([key, object]) => [key, digestsOf(object)]));
  const contents = {
    secrets: digests(names.secrets),
    configMaps: digests(names.configMaps),
  };
  const plan = planFor(observed, { contents, settings, hmacSecret: Buffer.alloc(32, 7) });
  const facts = new Map(
    objects
      .filter(({ kind }) => kind === "GatewayHealth")
      .map((health: Health) => [health.metadata.name ?? "", podFactsFrom(health)]),
  );
  const nowMs = Date.UTC(2027, 0, 2, 3, 4, 5);
  return { plan, status: statusOf({ observed, plan, hindrances: [], facts, nowMs }) };
}

function digestsOf(object: WithContent): Digests {
  const data = { ...object.data, ...object.stringData };
  return new Map(
    Object.entries(data).map(([key, value]) => [
      key,
      createHash("sha256").update(value).digest("hex").slice(0, 8),
    ]),
  );
}
