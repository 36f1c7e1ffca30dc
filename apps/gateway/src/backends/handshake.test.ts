import { describe, expect, test } from "vitest";
import type { GatewayError } from "../rpc/errors.ts";
import { readMessage } from "../rpc/message.ts";
import { initializeText, readServerFacts, SPOKEN_VERSIONS } from "./handshake.ts";

const profile = {
  capabilities: '{"sampling":{},"experimental":{"n":1.0}}',
  clientInfo: '{"name":"c","version":"1","extra":9007199254740993}',
  headers: {},
};

function answer(result: string): ReturnType<typeof readMessage> {
  return readMessage(`{"jsonrpc":"2.0","id":"x","result":${result}}`);
}

describe("initialize", () => {
  test("the client's capabilities and clientInfo go to the backend to the letter", () => {
    expect(initializeText('"x"', profile)).toBe(
      '{"jsonrpc":"2.0","id":"x","method":"initialize","params":{"protocolVersion":"2025-11-25",' +
        `"capabilities":${profile.capabilities},"clientInfo":${profile.clientInfo}}}`,
    );
  });

  test.each(SPOKEN_VERSIONS)("a backend that answers with %s is accepted", (version) => {
    const facts = readServerFacts(
      "b",
      answer(
        `{"protocolVersion":"${version}","capabilities":{"tools":{}},` +
          '"instructions":"do","serverInfo":{"name":"s","n":1.0}}',
      ),
    );
    expect(facts).toEqual({
      protocolVersion: version,
      capabilities: { tools: {} },
      instructions: "do",
      serverInfo: '{"name":"s","n":1.0}',
    });
  });

  test("a revision that the gateway does not speak is named in the error", () => {
    const old = answer('{"protocolVersion":"2024-10-07","capabilities":{}}');
    expect(() => readServerFacts("b", old)).toThrow(
      expect.objectContaining({
        code: "backend-garbage",
        message: expect.stringMatching(
          /"2024-10-07".*2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25/,
        ) as string,
      }),
    );
  });

  test.each(["[]", "{}", '{"protocolVersion":7}', '"text"'])(
    "%s is no initialize result",
    (result) => {
      expect(() => readServerFacts("b", answer(result))).toThrow(
        expect.objectContaining({ code: "backend-garbage" }),
      );
    },
  );

  test("the words of a backend that refuses stay in the cause", () => {
    const refusal = readMessage(
      '{"jsonrpc":"2.0","id":"x","error":{"code":-32000,"message":"token hunter2 is wrong"}}',
    );
    let error: unknown;
    try {
      readServerFacts("b", refusal);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "backend-unavailable" });
    expect((error as GatewayError).message).not.toContain("hunter2");
    expect(String((error as GatewayError).cause)).toContain("hunter2");
  });
});
