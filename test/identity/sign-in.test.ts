import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import type { Misbehaving } from "../fixtures/misbehaving/listen.ts";
import { http } from "../gateway/config.ts";
import { joined } from "../gateway/joined.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { startGateway } from "../gateway/start.ts";
import { signIn } from "./browser.ts";
import { configFor, freePort, SCOPE } from "./config.ts";
import { Issuer } from "./issuer.ts";

const REDIRECT = "http://127.0.0.1:1/callback";

const issuer = new Issuer();
let backend: Misbehaving;
let gateway: StartedGateway;

beforeAll(async () => {
  await issuer.start();
  backend = await startMisbehaving();
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  const config = configFor(issuer, resource, [http("b", backend.url)]);
  gateway = await startGateway({ config, port });
  await joined(gateway.origin);
});

afterAll(async () => {
  await gateway.stop();
  await backend.close();
  await issuer.stop();
});

/** An app that knows nothing but the address of the gateway, and the user in front of it. */
class App implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT;
  readonly clientMetadata = {
    client_name: "an app",
    redirect_uris: [REDIRECT],
    token_endpoint_auth_method: "none",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
  };
  sentTo: URL | undefined;
  held: OAuthTokens | undefined;
  #registration: OAuthClientInformationMixed | undefined;
  #verifier = "";

  clientInformation = () => this.#registration;
  saveClientInformation = (registration: OAuthClientInformationMixed): void => {
    this.#registration = registration;
  };
  tokens = () => this.held;
  saveTokens = (tokens: OAuthTokens): void => {
    this.held = tokens;
  };
  redirectToAuthorization = (url: URL): void => {
    this.sentTo = url;
  };
  codeVerifier = () => this.#verifier;
  saveCodeVerifier = (verifier: string): void => {
    this.#verifier = verifier;
  };
}

const transportFor = (app: App): StreamableHTTPClientTransport =>
  new StreamableHTTPClientTransport(new URL(gateway.url), { authProvider: app });

const newClient = (): Client => new Client({ name: "app", version: "1.0.0" });

test("an app that knows the address alone is led to the issuer, signs its user in, and calls tools", async () => {
  const app = new App();
  const transport = transportFor(app);
  await expect(newClient().connect(transport)).rejects.toThrow(UnauthorizedError);
  expect(app.sentTo?.origin).toBe(issuer.url);
  expect(app.sentTo?.searchParams.get("scope")).toBe(SCOPE);
  expect(app.sentTo?.searchParams.get("resource")).toBe(gateway.url);
  const back = await signIn(app.sentTo ?? new URL("none:"), REDIRECT, "alice");
  await transport.finishAuth(back.searchParams.get("code") ?? "");
  const client = newClient();
  await client.connect(transportFor(app));
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain("b_well");
  expect(await client.callTool({ name: "b_well" })).toMatchObject({
    content: [{ type: "text", text: "ok" }],
  });
  await client.close();
});

test("no backend ever gets the token, or hears who the user is", () => {
  const sent = JSON.stringify([backend.headers(), backend.received()]);
  expect(sent).not.toContain("eyJ");
  expect(sent).not.toContain("alice");
  expect(backend.headers().every(({ authorization }) => authorization === undefined)).toBe(true);
});
