/*
 * The floor: the least a relay on this runtime costs that reads and rewrites the body of every call.
 *   node bench/programs/relay.ts --backend URL
 * Prints {"url": …} when it listens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { Agent, request as send } from "undici";

const { values } = parseArgs({ options: { backend: { type: "string" } } });
const backend = values.backend ?? "";
const dispatcher = new Agent({ connections: 64 });

interface Named {
  readonly params?: { name?: string };
}

async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const message = JSON.parse(Buffer.concat(chunks).toString()) as Named;
  if (message.params?.name !== undefined)
    message.params.name = message.params.name.replace(/^relayed_/, "");
  const answer = await send(backend, {
    dispatcher,
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify(message),
  });
  const body = await answer.body.text();
  response.writeHead(answer.statusCode, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

const server = createServer((request, response) => {
  if (request.method === "POST") void relay(request, response);
  else response.writeHead(405).end();
});
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => {
  console.log(
    JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` }),
  );
});
process.on("disconnect", () => process.exit());
