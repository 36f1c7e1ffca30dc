import { Hono, type Context } from "hono";
import {
  METADATA_PATH,
  metadataOf,
  type ProtectedResource,
} from "../identity/protected-resource.ts";

const PREFLIGHT_SECONDS = "600";

/**
 * The document that tells clients where to get a token (RFC 9728), at its well-known path and everywhere below.
 * Pages of any origin may read it: it holds nothing that is not public.
 */
function metadataRoutes(site: ProtectedResource | undefined): Hono {
  const app = new Hono();
  const document = site && metadataOf(site);
  for (const path of [METADATA_PATH, `${METADATA_PATH}/*`]) {
    app
      .get(path, (c) =>
        document === undefined
          ? c.json({ error: "not_found" }, 404, headersFor(c))
          : c.json(document, 200, headersFor(c)),
      )
      .options((c) => c.body(null, 204, { ...headersFor(c), ...PREFLIGHT }))
      .all((c) => c.json({ error: "method_not_allowed" }, 405, { ...headersFor(c), Allow: ALLOW }));
  }
  return app;
}

const ALLOW = "GET, HEAD, OPTIONS";

const PREFLIGHT = {
  "Access-Control-Allow-Methods": "GET, OPTIONS",
  "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, MCP-Protocol-Version",
  "Access-Control-Max-Age": PREFLIGHT_SECONDS,
};

function headersFor(c: Context): Record<string, string> {
  return {
    "Access-Control-Allow-Origin": c.req.header("origin") ?? "*",
    Vary: "Origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  };
}

/** Whether pages of every origin may read what is at this path. */
function isMetadataPath(path: string): boolean {
  return path === METADATA_PATH || path.startsWith(`${METADATA_PATH}/`);
}

export { isMetadataPath, metadataRoutes };
