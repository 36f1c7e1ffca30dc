// Runs in a Pod: answers with the Pod's name and the greeting that is mounted; `/fetch?…` fetches something from there.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { hostname } from "node:os";

const server = createServer((request, response) => {
  void answer(new URL(request.url ?? "/", "http://echo"))
    .catch((error: unknown) => ({ error: String((error as Error).cause ?? error) }))
    .then((result) => response.end(JSON.stringify(result)));
});

async function answer({ pathname, searchParams }: URL): Promise<unknown> {
  if (pathname === "/fetch") {
    // A connection of its own each time, so that each can reach another Pod.
    const headers = { connection: "close" };
    const fetched = await fetch(searchParams.get("url") ?? "", { headers });
    return { status: fetched.status, body: await fetched.text() };
  }
  const greeting = await readFile("/etc/echo/greeting", "utf8").catch(() => "");
  return { pod: hostname(), greeting, user: process.getuid?.() };
}

server.listen(8080, () => process.stdout.write("listening\n"));
process.once("SIGTERM", () => server.close(() => process.exit(0)));
