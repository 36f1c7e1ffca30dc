import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "./errors.ts";
import {
  checkNesting,
  idKey,
  idOf,
  membersWithoutDuplicates,
  parseJson,
  readMessage,
} from "./message.ts";

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
  return "no error";
}

describe("reading", () => {
  test("a request keeps its id and params as they were written", () => {
    const text = ' {"jsonrpc":"2.0", "id" : 1.0 ,"method":"tools/call","params":{"n":1.50}}\n';
    const message = readMessage(text);
    expect(message).toMatchObject({ kind: "request", id: "1.0", method: "tools/call", text });
    expect(text.slice(message.body!.start, message.body!.end)).toBe('{"n":1.50}');
    expect(text.slice(message.idSpan!.start, message.idSpan!.end)).toBe("1.0");
  });

  test("a message without an id is a notification, with or without params", () => {
    expect(readMessage('{"jsonrpc":"2.0","method":"a"}')).toMatchObject({
      kind: "notification",
      id: "",
      idSpan: undefined,
      body: undefined,
    });
    expect(readMessage('{"method":"a","params":{},"jsonrpc":"2.0"}').body).toBeDefined();
  });

  test("a result is a response that did not fail, an error one that did", () => {
    const text = '{"jsonrpc":"2.0","id":"x","result":{"a":1}}';
    const result = readMessage(text);
    expect(result).toMatchObject({ kind: "response", id: '"x"', method: "", failed: false });
    expect(text.slice(result.body!.start, result.body!.end)).toBe('{"a":1}');
    expect(readMessage('{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}}')).toMatchObject(
      {
        kind: "response",
        failed: true,
        body: undefined,
      },
    );
  });

  test.each([
    ["", "parse-error"],
    ["{", "parse-error"],
    ['{"jsonrpc":"2.0","id":01,"method":"a"}', "parse-error"],
    ["[]", "invalid-request"],
    ["null", "invalid-request"],
    ["1", "invalid-request"],
    ["{}", "invalid-request"],
    ['{"jsonrpc":"1.0","id":1,"method":"a"}', "invalid-request"],
    ['{"jsonrpc":"2.0","id":1}', "invalid-request"],
    ['{"jsonrpc":"2.0","id":1,"method":1}', "invalid-request"],
    ['{"jsonrpc":"2.0","id":1,"method":""}', "invalid-request"],
    [`{"jsonrpc":"2.0","id":1,"method":"${"a".repeat(257)}"}`, "invalid-request"],
    ['{"jsonrpc":"2.0","id":1,"method":"a","params":[]}', "invalid-request"],
    ['{"jsonrpc":"2.0","id":1,"method":"a","params":null}', "invalid-request"],
    ['{"jsonrpc":"2.0","id":null,"method":"a"}', "invalid-request"],
    ['{"jsonrpc":"2.0","id":{},"method":"a"}', "invalid-request"],
    [`{"jsonrpc":"2.0","id":"${"i".repeat(1025)}","method":"a"}`, "invalid-request"],
    ['{"jsonrpc":"2.0","id":1,"id":2,"method":"a"}', "invalid-request"],
    ['{"jsonrpc":"2.0","id":1,"method":"a","\\u006dethod":"b"}', "invalid-request"],
    ['{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', "invalid-request"],
    ['{"jsonrpc":"2.0","result":{}}', "invalid-request"],
    ['{"jsonrpc":"2.0","id":null,"error":{}}', "invalid-request"],
  ])("%s is refused as %s", (text, code) => {
    expect(codeOf(() => readMessage(text))).toBe(code);
  });

  test("whatever the text, the outcome is a message or one of two errors", () => {
    const piece = fc.constantFrom(
      '"jsonrpc":"2.0"',
      '"id":1',
      '"id":"a"',
      '"method":"m"',
      '"params":{}',
      '"result":[1]',
      '"error":{}',
      '"x\\u0022":{"a":[]}',
      '"__proto__":{}',
    );
    const almost = fc.array(piece, { maxLength: 5 }).map((parts) => `{${parts.join(",")}}`);
    fc.assert(
      fc.property(fc.oneof(almost, fc.json(), fc.string()), (text) => {
        expect(["no error", "parse-error", "invalid-request"]).toContain(
          codeOf(() => readMessage(text)),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe("ids", () => {
  test("the id of a refused message can still be read", () => {
    expect(idOf('{"id": "a b" ,"method":1}')).toBe('"a b"');
    expect(idOf('{"id":1.0}')).toBe("1.0");
    expect(idOf('{"id":1.0,"a":1,"a":2}')).toBe("1.0");
  });

  test.each(["", "[]", "null", "{}", '{"id":null}', '{"id":[1]}', '{"id":1,"id":2}', '{"id":1'])(
    "there is no id to be read in %s",
    (text) => {
      expect(idOf(text)).toBeUndefined();
    },
  );

  test("two writings of one id have one key, and a number is never a string", () => {
    expect(idKey("1")).toBe(idKey("1.0"));
    expect(idKey("100")).toBe(idKey("1e2"));
    expect(idKey('"a"')).toBe(idKey('"\\u0061"'));
    expect(idKey("1")).not.toBe(idKey('"1"'));
  });

  test("different ids have different keys", () => {
    const id = fc.oneof(fc.integer(), fc.string());
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(idKey(JSON.stringify(a)) === idKey(JSON.stringify(b))).toBe(a === b);
      }),
    );
  });
});

describe("limits", () => {
  test("nesting is counted to the very level", () => {
    const text = `${"[".repeat(4)}${"]".repeat(4)}`;
    expect(codeOf(() => checkNesting(text, 4))).toBe("no error");
    expect(codeOf(() => checkNesting(text, 3))).toBe("invalid-request");
  });

  test("a parse error shows nothing of the body", () => {
    expect(() => parseJson('{"password":"hunter2"')).toThrow(/^(?!.*hunter2).*not valid JSON/);
  });

  test("a key that is given twice is named in the refusal", () => {
    expect(() => membersWithoutDuplicates('{"a":1,"a":2}')).toThrow(/"a" is given twice/);
  });
});
