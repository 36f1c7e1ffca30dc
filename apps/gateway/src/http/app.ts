import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono, type MiddlewareHandler } from "hono";
import type { Entrance } from "../edge/entrance.ts";

/** What the HTTP side of a gateway is made of. */
interface AppOptions {
  /** The MCP endpoint behind its authentication. */
  readonly entrance: Pick<Entrance, "handle">;
  /** Tells clients how to be let in. */
  readonly metadata: Hono;
  /** The operational routes. */
  readonly operations: Hono;
  /** Refuses foreign hosts and origins. */
  readonly guard: MiddlewareHandler<{ Bindings: HttpBindings }>;
}

/** The path of the MCP endpoint. No other path serves MCP. */
const MCP_PATH = "/mcp";

/** Every stage of an HTTP request, in order. */
function createApp(options: AppOptions): Hono<{ Bindings: HttpBindings }> {
  const { guard, entrance, metadata, operations } = options;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(guard);
  app.all(MCP_PATH, async (c) => {
    await entrance.handle(c.env.incoming, c.env.outgoing);
    return RESPONSE_ALREADY_SENT;
  });
  app.route("/", metadata);
  app.route("/", operations);
  app.notFound((c) =>
    c.json(
      { error: "not_found", message: `There is nothing here. The MCP endpoint is ${MCP_PATH}.` },
      404,
    ),
  );
  return app;
}

export { createApp, MCP_PATH };
