import { describe, expect, test } from "vitest";
import { request } from "../../test/request-text.ts";
import { VIEW } from "../../test/session-rig.ts";
import type { GatewayError } from "../rpc/errors.ts";
import { initializeResult, readInitialize } from "./initialize.ts";

const CLIENT = '"clientInfo":{"name":"c","version":"1"}';

function read(params: string | undefined) {
  return readInitialize(request("initialize", params), { "x-tenant": "t" });
}

describe("an initialize request", () => {
  test("is read in the client's own words", () => {
    const capabilities = '{ "sampling" : {}, "n":1.0 }';
    const clientInfo = '{"version":"1", "name":"\\u0063", "icons":[]}';
    const params = `{"protocolVersion":"2025-06-18","capabilities":${capabilities},"clientInfo":${clientInfo}}`;
    expect(read(params)).toEqual({
      protocolVersion: "2025-06-18",
      profile: { capabilities, clientInfo, headers: { "x-tenant": "t" } },
    });
  });

  test("without capabilities is one of a client that has none", () => {
    expect(read(`{"protocolVersion":"2025-06-18",${CLIENT}}`).profile.capabilities).toBe("{}");
  });

  test.each([
    ["no params", undefined],
    ["no version", `{${CLIENT}}`],
    ["a version that is a number", `{"protocolVersion":1,${CLIENT}}`],
    ["capabilities that are a list", `{"protocolVersion":"x","capabilities":[],${CLIENT}}`],
    ["no clientInfo", '{"protocolVersion":"x"}'],
    ["a client without a version", '{"protocolVersion":"x","clientInfo":{"name":"c"}}'],
    ["a client that is text", '{"protocolVersion":"x","clientInfo":"c"}'],
    ["too much", `{"protocolVersion":"x",${CLIENT},"capabilities":{"x":"${"x".repeat(16_384)}"}}`],
  ])("with %s is refused", (_, params) => {
    expect(() => read(params)).toThrow(
      expect.objectContaining({ code: "invalid-params" }) as GatewayError,
    );
  });

  test("with a key given twice is refused", () => {
    expect(() => read(`{"protocolVersion":"x","protocolVersion":"y",${CLIENT}}`)).toThrow(
      expect.objectContaining({ code: "invalid-request" }) as GatewayError,
    );
  });
});

describe("its result", () => {
  test("says what the view says", () => {
    const result = initializeResult("2025-06-18", '{"name":"g","version":"1"}', VIEW);
    expect(JSON.parse(result)).toEqual({
      protocolVersion: "2025-06-18",
      capabilities: JSON.parse(VIEW.capabilities) as unknown,
      serverInfo: { name: "g", version: "1" },
    });
  });

  test("has the instructions, if there are any", () => {
    const view = { ...VIEW, instructions: 'say "please"\n' };
    expect(JSON.parse(initializeResult("x", "{}", view))).toMatchObject({
      instructions: 'say "please"\n',
    });
  });
});
