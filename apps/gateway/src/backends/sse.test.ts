import { randomUUID } from "node:crypto";
import { Agent } from "undici";
import { startSseFixture } from "../../test/fixtures/sse-server.ts";
import {
  deathContract,
  linkContract,
  relayContract,
  type Subject,
} from "../../test/link.contract.ts";
import { SseBackend, type SseBackendOptions } from "./sse.ts";

function backendAt(
  url: string,
  options: Partial<SseBackendOptions> = {},
): { backend: SseBackend; garbage: string[]; agent: Agent } {
  const agent = new Agent();
  const garbage: string[] = [];
  const backend = new SseBackend({
    name: "scripted",
    url,
    dispatcher: agent,
    headers: () => ({}),
    handshakeTimeoutMs: 5000,
    maxMessageBytes: 10_000_000,
    onGarbage: (reason) => garbage.push(reason),
    now: () => performance.now(),
    newId: randomUUID,
    ...options,
  });
  return { backend, garbage, agent };
}

async function startSubject(): Promise<Subject> {
  const fixture = await startSseFixture();
  const { backend, agent } = backendAt(fixture.url);
  return {
    backend,
    stop: async () => {
      await agent.destroy();
      await fixture.close();
    },
  };
}

for (const contract of [linkContract, relayContract, deathContract])
  contract("an HTTP+SSE server", startSubject);
