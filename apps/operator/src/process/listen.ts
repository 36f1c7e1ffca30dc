import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Address } from "../settings/flags.ts";

/** What a path is answered with. */
export interface Page {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}

/** Answers GET requests of a few paths; resolves once it listens. */
export async function listen(
  { host, port }: Address,
  pages: Readonly<Record<string, () => Page | Promise<Page>>>,
): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const page = pages[path];
    void Promise.resolve(page?.() ?? { status: 404, body: "not found\n" })
      .catch(() => ({ status: 500, body: "failed\n" }) satisfies Page)
      .then(({ status, type = "text/plain; charset=utf-8", body }: Page) => {
        response.writeHead(status, { "content-type": type }).end(body);
      });
  });
  server.requestTimeout = 10_000;
  server.listen(port, ...(host === "" ? [] : [host]));
  await once(server, "listening");
  return server;
}
