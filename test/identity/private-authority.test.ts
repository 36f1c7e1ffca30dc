import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { http } from "../gateway/config.ts";
import { startGateway } from "../gateway/start.ts";
import { post } from "../wire/http.ts";
import { initializeText } from "../wire/session.ts";
import { configFor } from "./config.ts";
import { Issuer } from "./issuer.ts";

const RESOURCE = "https://tools.example.com/mcp";
const fileOf = (name: string): string =>
  fileURLToPath(new URL(`certificate/${name}`, import.meta.url));

let issuer: Issuer;
let backend: Misbehaving;

beforeAll(async () => {
  const [cert, key] = await Promise.all(
    ["server.crt", "server.key"].map((name) => readFile(fileOf(name), "utf8")),
  );
  issuer = new Issuer({ cert: cert ?? "", key: key ?? "" });
  await issuer.start();
  backend = await startMisbehaving();
});

afterAll(async () => {
  await backend.close();
  await issuer.stop();
});

/** What a user gets to see at a gateway with these settings, and what its log says. */
async function outcomeWith(oidc: Record<string, unknown>): Promise<[number, string]> {
  const gateway = await startGateway({
    config: configFor(issuer, RESOURCE, [http("b", backend.url)], {
      insecureAllowHttp: false,
      ...oidc,
    }),
  });
  try {
    const token = await issuer.token({ user: "alice", audience: RESOURCE, format: "jwt" });
    const headers = { authorization: `Bearer ${token}` };
    const response = await post(gateway.url, initializeText("2025-11-25"), headers);
    await response.text();
    return [response.status, gateway.logs()];
  } finally {
    await gateway.stop();
  }
}

test("an issuer with a certificate of its own is asked when the gateway is told to trust it", async () => {
  const [status] = await outcomeWith({ caBundlePath: fileOf("server.crt") });
  expect(status).toBe(200);
});

test("without that its keys are not had, and the log says why and what to do", async () => {
  const [status, log] = await outcomeWith({});
  expect(status).toBe(503);
  expect(log).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
  expect(log).toContain("caBundlePath");
});

test("an issuer on this machine is asked only where that is allowed", async () => {
  const [status, log] = await outcomeWith({
    caBundlePath: fileOf("server.crt"),
    jwksAllowPrivateIp: false,
  });
  expect(status).toBe(503);
  expect(log).toContain("jwksAllowPrivateIp");
});
