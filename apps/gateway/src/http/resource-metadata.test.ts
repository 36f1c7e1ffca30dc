import { expect, test } from "vitest";
import type { ProtectedResource } from "../identity/protected-resource.ts";
import { isMetadataPath, metadataRoutes } from "./resource-metadata.ts";

const SITE: ProtectedResource = {
  issuer: "https://idp.example",
  resource: "https://tools.example.com/mcp",
  scopes: [],
  requiredScopes: [],
};
const AT = "/.well-known/oauth-protected-resource";

test.each([AT, `${AT}/mcp`, `${AT}/any/other`])(
  "%s tells every page where tokens come from",
  async (path) => {
    const app = metadataRoutes(SITE);
    const response = await app.request(path, { headers: { origin: "https://page.example" } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      resource: "https://tools.example.com/mcp",
      authorization_servers: ["https://idp.example"],
    });
    expect(response.headers.get("access-control-allow-origin")).toBe("https://page.example");
    const plain = await app.request(path);
    expect(plain.headers.get("access-control-allow-origin")).toBe("*");
    const preflight = await app.request(path, { method: "OPTIONS" });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("MCP-Protocol-Version");
  },
);

test.each([undefined, { ...SITE, resource: undefined }])(
  "without a resource there is no document (%j)",
  async (site) => {
    const response = await metadataRoutes(site).request(`${AT}/mcp`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: "not_found" });
  },
);

test("it can be read and nothing else", async () => {
  const response = await metadataRoutes(SITE).request(AT, { method: "POST" });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
});

test("no other path is taken for it", () => {
  expect([AT, `${AT}/x`].every(isMetadataPath)).toBe(true);
  expect(["/mcp", `${AT}x`, "/.well-known/x", `/a${AT}`].some(isMetadataPath)).toBe(false);
});
