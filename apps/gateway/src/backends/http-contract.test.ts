import { startStreamableFixture } from "../../test/fixtures/streamable-server.ts";
import { linkContract, relayContract, type Subject } from "../../test/link.contract.ts";
import { HttpBackend } from "./http.ts";

async function startSubject(): Promise<Subject> {
  const fixture = await startStreamableFixture();
  const backend = new HttpBackend({
    name: "scripted",
    url: fixture.url,
    headers: {},
    connectTimeoutMs: 5000,
    handshakeTimeoutMs: 5000,
    maxConnections: 64,
    maxWaiting: 64,
    maxAnswerBytes: 10_000_000,
  });
  return { backend, stop: () => fixture.close() };
}

for (const contract of [linkContract, relayContract])
  contract("a streamable-HTTP server", startSubject);
