import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** A connected client. */
export type Connected = {
  readonly client: Client;
  /** Ends the session, as a polite client does before it closes its connection. */
  leave(): Promise<void>;
};

/** Connects the TypeScript SDK's client over streamable HTTP. */
export async function connectClient(url: string): Promise<Connected> {
  const client = new Client({ name: "headgate-demo", version: "1.0.0" });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport);
  return { client, leave: async () => transport.terminateSession() };
}
