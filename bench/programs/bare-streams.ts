/*
 * What Node.js itself takes for an open stream: answers everything with as little as a client of MCP needs, and holds
 * every GET open as an event stream.
 * Prints {"url": …} when it listens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

let sessions = 0;

function answer(text: string, response: ServerResponse): void {
  const { id } = JSON.parse(text) as { readonly id?: number };
  if (id === undefined) return void response.writeHead(202).end();
  const body = JSON.stringify({ jsonrpc: "2.0", id, result: {} });
  response
    .writeHead(200, {
      "content-type": "application/json",
      "content-length": body.length,
      "mcp-session-id": `s${++sessions}`,
    })
    .end(body);
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === "GET")
    return response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => answer(Buffer.concat(chunks).toString(), response));
}

const server = createServer({ keepAliveTimeout: 120_000 }, serve);
server.listen(0, "127.0.0.1", 1024, () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  console.log(JSON.stringify({ url }));
});
process.on("disconnect", () => process.exit());
