import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { IdpRig, newKey, type SigningKey } from "../../test/idp-rig.ts";
import { anonymousAuthenticator, type Authenticator } from "../identity/authenticator.ts";
import { userKeyOf } from "../identity/user-key.ts";
import type { Verdict } from "../identity/verdict.ts";
import { Entrance, type Identified } from "./entrance.ts";

let rig: IdpRig;
let key: SigningKey;
let server: Server;
let url: string;
let reached: Identified[];
let judged: Verdict[];

beforeEach(async () => {
  rig = new IdpRig();
  await rig.start();
  key = await newKey("ES256");
  rig.keys = [key];
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
  await rig.stop();
});

async function open(authenticator: Authenticator): Promise<void> {
  reached = [];
  judged = [];
  const entrance = new Entrance({
    authenticator,
    site: { issuer: rig.issuer, resource: "http://gw.test/mcp", scopes: ["a"], requiredScopes: [] },
    wallMs: () => rig.wallMs,
    judged: (verdict) => judged.push(verdict),
    handle: async (_, response, who) => {
      reached.push(who);
      response.end("in");
    },
  });
  server = createServer((request, response) => void entrance.handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

const ask = (authorization?: string): Promise<Response> =>
  fetch(url, { headers: authorization === undefined ? {} : { authorization } });

describe("the door of a gateway with an issuer", () => {
  beforeEach(() => open(rig.gateWith().authenticator));

  test.each(["Bearer", "bearer", "BEARER"])("opens for a token after %s", async (scheme) => {
    expect((await ask(`${scheme} ${await rig.token(key)}`)).status).toBe(200);
    expect(reached).toEqual([
      {
        caller: { kind: "user", userKey: userKeyOf(rig.issuer, "alice") },
        remainingMs: 330_000,
      },
    ]);
  });

  test.each([undefined, "", "Bearer", "Bearer ", "Basic YTpi", "token", "Bearerx"])(
    "stays shut for %j, and says how to be let in",
    async (authorization) => {
      const response = await ask(authorization);
      expect(response.status).toBe(401);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(response.headers.get("cache-control")).toBe("no-store");
      const challenge = response.headers.get("www-authenticate") ?? "";
      expect(challenge).toContain(
        `Bearer realm="${rig.issuer}", resource_metadata="http://127.0.0.1`,
      );
      expect(challenge).toContain('scope="a", error="invalid_request", error_description="');
      expect(await response.json()).toEqual({
        error: "invalid_request",
        error_description: expect.stringMatching(/token/) as string,
      });
      expect(reached).toEqual([]);
    },
  );

  test("stays shut for a request with two tokens, even if both are right", async () => {
    const token = await rig.token(key);
    const given = ["authorization", `Bearer ${token}`];
    const request = httpRequest(url, { headers: ["host", "gw.test", ...given, ...given] });
    request.end();
    const [response] = (await once(request, "response")) as [
      { statusCode: number; resume(): void },
    ];
    response.resume();
    expect(response.statusCode).toBe(401);
    expect(judged.map(({ refusal }) => refusal?.reason)).toEqual(["bad-header"]);
  });

  test("names the scheme that the proxy nearest to the client saw", async () => {
    const response = await fetch(url, { headers: { "x-forwarded-proto": "https, http" } });
    expect(response.headers.get("www-authenticate")).toContain(
      'resource_metadata="https://127.0.0.1',
    );
  });

  test("tells when to come back where the token cannot be checked", async () => {
    rig.status = 500;
    const response = await ask(`Bearer ${await rig.token(key)}`);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(response.headers.get("www-authenticate")).toBeNull();
    expect(await response.json()).toMatchObject({ error: "temporarily_unavailable" });
  });

  test("answers before the body has come", async () => {
    const request = httpRequest(url, { method: "POST", headers: { "content-length": "1000000" } });
    request.flushHeaders();
    const [response] = (await once(request, "response")) as [{ statusCode: number }];
    expect(response.statusCode).toBe(401);
    request.destroy();
  });

  test("repeats nothing of a token, whatever it is", async () => {
    const character = fc.constantFrom(...Array.from("abcXYZ019-_.~+/= \"\\,;:'éÿ<>"));
    const text = fc.string({ unit: character, minLength: 12, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("Bearer ", "bearer ", "Basic ", ""),
        text,
        async (scheme, token) => {
          fc.pre(/\S{12}/.test(token));
          const response = await ask(`${scheme}${token}`);
          const said = [...response.headers].join("\n") + (await response.text());
          expect(response.status).toBe(401);
          const parts = token.split(/[\s.]+/).filter((part) => part.length >= 8);
          expect(parts.filter((part) => said.includes(part))).toEqual([]);
        },
      ),
      { numRuns: 50 },
    );
  });
});

test("a client that leaves while its token is looked into reaches nothing", async () => {
  const waiting = Promise.withResolvers<Verdict>();
  const left = Promise.withResolvers<void>();
  const { authenticate, ...rest } = anonymousAuthenticator();
  await open({ ...rest, authenticate: () => waiting.promise });
  server.on("connection", (socket) => socket.once("close", () => left.resolve()));
  const request = httpRequest(url);
  request.on("error", () => undefined);
  request.flushHeaders();
  await once(server, "request");
  request.destroy();
  await left.promise;
  waiting.resolve(await authenticate(undefined));
  await expect.poll(() => judged).toHaveLength(1);
  expect(reached).toEqual([]);
});

test("without an issuer everybody is let in, as nobody in particular", async () => {
  await open(anonymousAuthenticator());
  expect((await ask("Bearer anything")).status).toBe(200);
  expect(reached).toEqual([
    { caller: { kind: "anonymous", userKey: undefined }, remainingMs: Infinity },
  ]);
});
