import { Hono, type Context } from "hono";
import {
  healthDocument,
  readinessDocument,
  statusDocument,
  type StatusSource,
} from "./status-document.ts";

/** The text of all metrics. */
interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

/**
 * The operational routes, all without authentication: liveness, readiness, status and metrics. They show
 * names and states, never addresses, credentials, users or stacks. `/metrics` is there when `metrics` is.
 */
function healthRoutes(source: StatusSource, metrics?: MetricsText): Hono {
  const app = new Hono();
  for (const path of ["/health", "/healthz", "/ping"])
    app.all(path, (c) => c.json({ status: "ok" }, 200, NOT_KEPT));
  app.all("/readyz", (c) => {
    const { status, body } = readinessDocument(source.ready());
    return c.json(body, status, NOT_KEPT);
  });
  // HEAD comes here as well: Hono answers it with what GET would have, without the body.
  app.get("/status", (c) => c.json(statusDocument(source), 200, NOT_KEPT)).all(onlyRead);
  app
    .get("/api/backends/health", (c) => c.json(healthDocument(source), 200, NOT_KEPT))
    .all(onlyRead);
  if (metrics)
    app
      .get("/metrics", async (c) =>
        c.body(await metrics.text(), 200, { ...NOT_KEPT, "Content-Type": metrics.contentType }),
      )
      .all(onlyRead);
  app.all("/.well-known/*", (c) => c.json({ error: "not_found" }, 404, NOT_KEPT));
  return app;
}

/** A state of now must not be kept, and is never anything but what its type says. */
const NOT_KEPT = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };

function onlyRead(c: Context): Response {
  return c.json({ error: "method_not_allowed" }, 405, { ...NOT_KEPT, Allow: "GET, HEAD" });
}

export { healthRoutes, type MetricsText };
