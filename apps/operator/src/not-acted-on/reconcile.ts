import type { KubeObject } from "@headgate/controller";
import type { CacheName } from "../cluster/caches.ts";
import type { JudgedKind } from "../reconciler/judged-kind.ts";
import { judgeUnattended, type Notice } from "./judge.ts";

/** What is observed of an object that nobody acts on: the object. */
export interface Unattended {
  readonly object: KubeObject;
}

const runsNothing = (kind: string, more: string): Notice => ({
  type: "Ready",
  status: "False",
  message: `Nothing runs for this ${kind}: Headgate installs the kind and checks what is written, but does not act on it yet.${more}`,
});

const MEMBER =
  " As a member of a group it is used when something else runs it and writes its status.url.";

/** Kinds that are installed, and whose objects wait for somebody to act on them. */
export const unattendedKinds = [
  unattended("mcpservers", "mcpServers", runsNothing("MCPServer", MEMBER)),
  unattended("mcpremoteproxies", "mcpRemoteProxies", runsNothing("MCPRemoteProxy", MEMBER)),
  unattended("mcpregistries", "mcpRegistries", runsNothing("MCPRegistry", "")),
  unattended("embeddingservers", "embeddingServers", runsNothing("EmbeddingServer", "")),
  unattended("mcpwebhookconfigs", "mcpWebhookConfigs", {
    type: "Valid",
    status: "Unknown",
    message:
      "Nobody has looked at this MCPWebhookConfig: Headgate installs the kind and checks what is written, but does not act on it yet.",
  }),
] as const;

function unattended<N extends CacheName>(
  name: string,
  of: N,
  notice: Notice,
): JudgedKind<N, Unattended> {
  return {
    name,
    of,
    observe: (_reads, object) => ({ object }),
    judge: ({ object }, nowMs) => judgeUnattended(object, notice, nowMs),
  };
}
