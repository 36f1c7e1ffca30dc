import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { request } from "../../test/request-text.ts";
import { VIEW } from "../../test/session-rig.ts";
import { GatewayError, type ErrorCode } from "../rpc/errors.ts";
import { memberText } from "../rpc/member-span.ts";
import { route } from "./route.ts";

function routed(method: string, params?: string) {
  return route(VIEW, request(method, params), 1024);
}

function refusal(method: string, params?: string): { code: ErrorCode; message: string } {
  try {
    routed(method, params);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("it was routed");
}

describe("a named thing", () => {
  test.each([
    ["tools/call", "a_echo", "a", "echo"],
    ["tools/call", "b_echo", "b", "echo"],
    ["prompts/get", "b_greet", "b", "greet"],
  ])("%s %s goes to its backend under its own name", (method, name, backend, own) => {
    const target = routed(method, `{"name":"${name}"}`);
    expect(target).toMatchObject({ backend, name });
    expect(memberText(target.text, "params", "name")).toBe(JSON.stringify(own));
  });

  test("only the name is written anew: all else stays to the letter", () => {
    const before = '{ "_meta" : {"progressToken":1.0},  "x":9007199254740993, "name"\t:\t';
    const after = ' , "arguments":{"name":"a_echo","n":1e2, "n":2} }';
    const { text } = routed("tools/call", `${before}"\\u0061_echo"${after}`);
    expect(memberText(text, "params")).toBe(`${before}"echo"${after}`);
  });

  test("a name in arguments is never taken for the tool's", () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (before, after) => {
        const params = `{"b":${before},"name":"a_echo","arguments":${after}}`;
        const { text } = routed("tools/call", params);
        expect(memberText(text, "params")).toBe(
          `{"b":${before},"name":"echo","arguments":${after}}`,
        );
      }),
    );
  });

  test("whether its output is held to a schema is known", () => {
    expect(routed("tools/call", '{"name":"a_typed"}').typedOutput).toBe(true);
    expect(routed("tools/call", '{"name":"a_echo"}').typedOutput).toBe(false);
  });

  test.each([
    ["of another kind", "tools/call", '{"name":"a_greet"}', "Unknown tool: a_greet"],
    ["of no backend", "tools/call", '{"name":"echo"}', "Unknown tool: echo"],
    ["of Object", "tools/call", '{"name":"__proto__"}', "Unknown tool: __proto__"],
    ["of a prompt", "prompts/get", '{"name":"x"}', "Unknown prompt: x"],
  ])("a name %s is unknown", (_, method, params, message) => {
    expect(refusal(method, params)).toMatchObject({ code: "invalid-params", message });
  });

  test("an unknown name is not repeated at length", () => {
    const { message } = refusal("tools/call", `{"name":"${"x".repeat(1000)}"}`);
    expect(message.length).toBeLessThan(300);
  });

  test.each([
    ["no params", undefined],
    ["no name", "{}"],
    ["an empty name", '{"name":""}'],
    ["a name that is a number", '{"name":1}'],
    ["a name that is an object", '{"name":{"name":"a_echo"}}'],
    ["a name that is too long", `{"name":"${"x".repeat(1025)}"}`],
  ])("%s is refused", (_, params) => {
    expect(refusal("tools/call", params)).toMatchObject({ code: "invalid-params" });
  });

  test.each([
    ["tools/call", '{"name":"a_echo","name":"b_echo"}'],
    ["tools/call", '{"name":"a_echo","n\\u0061me":"b_echo"}'],
    ["resources/read", '{"uri":"mem://a/1","uri":"mem://x"}'],
    ["completion/complete", '{"ref":{"type":"ref/prompt","name":"a_greet","name":"b_greet"}}'],
    ["completion/complete", '{"ref":{"type":"ref/prompt","name":"a_greet"},"ref":{}}'],
  ])("%s with a key given twice is refused: readers disagree on what it says", (method, params) => {
    expect(refusal(method, params)).toMatchObject({ code: "invalid-request" });
  });
});

describe("a resource", () => {
  test.each(["resources/read", "resources/subscribe", "resources/unsubscribe"])(
    "%s goes to the owner of the URI, to the letter",
    (method) => {
      const params = '{ "uri" : "mem:\\/\\/a/1" }';
      const target = routed(method, params);
      expect(target).toMatchObject({ backend: "a", name: "mem://a/1" });
      expect(memberText(target.text, "params")).toBe(params);
    },
  );

  test("one that matches a template goes to the template's owner", () => {
    expect(routed("resources/read", '{"uri":"mem://a/7/x"}').backend).toBe("a");
  });

  test("one that nobody has is not found, and named in data", () => {
    expect(refusal("resources/read", '{"uri":"other://x"}')).toMatchObject({
      code: "resource-not-found",
      data: { uri: "other://x" },
    });
  });

  test.each(["{}", '{"uri":1}', `{"uri":"mem://${"x".repeat(8192)}"}`])(
    "%.20s is refused",
    (params) => {
      expect(refusal("resources/read", params)).toMatchObject({ code: "invalid-params" });
    },
  );
});

describe("a completion", () => {
  test("of a prompt's argument goes to the prompt's backend under its own name", () => {
    const params =
      '{"ref":{"type":"ref/prompt","name":"b_greet"},"argument":{"name":"b_greet","value":""}}';
    const target = routed("completion/complete", params);
    expect(target).toMatchObject({ backend: "b", name: "b_greet" });
    expect(memberText(target.text, "params")).toBe(params.replace("b_greet", "greet"));
  });

  test("of a template goes to its owner, to the letter", () => {
    const params = '{"ref":{"type":"ref/resource","uri":"mem://a/{id}/{part}"}}';
    const target = routed("completion/complete", params);
    expect(target.backend).toBe("a");
    expect(memberText(target.text, "params")).toBe(params);
  });

  test.each([
    "{}",
    '{"ref":"a_greet"}',
    '{"ref":{}}',
    '{"ref":{"type":"ref/tool","name":"a_echo"}}',
    '{"ref":{"type":"ref/prompt"}}',
    '{"ref":{"type":"ref/prompt","name":"greet"}}',
    '{"ref":{"type":"ref/resource","uri":"other://x"}}',
  ])("%s is refused", (params) => {
    expect(refusal("completion/complete", params)).toMatchObject({ code: "invalid-params" });
  });
});
