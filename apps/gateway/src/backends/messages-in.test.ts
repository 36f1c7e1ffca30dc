import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readMessage } from "../rpc/message.ts";
import { answerTo, messagesIn } from "./messages-in.ts";

const RESULT = '{"jsonrpc":"2.0","id":1,"result":{"n":1.0}}';
const NEWS = '{"jsonrpc":"2.0", "method":"notifications/x"}';

describe("what a backend sent", () => {
  test("is one message", () => {
    expect(messagesIn(RESULT).map(({ text }) => text)).toEqual([RESULT]);
  });

  test("may be several, each in its own text, the answer last", () => {
    expect(messagesIn(` [${RESULT} ,\n${NEWS}]`).map(({ text }) => text)).toEqual([NEWS, RESULT]);
  });

  test("is skipped where it is no message, and the rest is kept", () => {
    const texts = messagesIn(
      `[7,${NEWS},{"jsonrpc":"2.0","id":1,"id":2,"result":{}},[],${RESULT}]`,
    );
    expect(texts.map(({ text }) => text)).toEqual([NEWS, RESULT]);
  });

  test.each(["", "x", "[", "7", "[]", "{}", "null", `[${RESULT}`, `${RESULT}${RESULT}`])(
    "is nothing in %j",
    (text) => {
      expect(messagesIn(text)).toEqual([]);
    },
  );

  test("never breaks the reader, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `[${json}`),
        ),
        (text) => {
          expect(messagesIn(text)).toBeInstanceOf(Array);
        },
      ),
    );
  });
});

describe("the answer to a request", () => {
  test.each([
    ["1", "1"],
    ["1", "1.0"],
    ["1e2", "100"],
    ['"a"', '"\\u0061"'],
  ])("with the id %s is one with the id %s, and gets the asker's writing", (id, theirs) => {
    const answer = answerTo(id, readMessage(`{"jsonrpc":"2.0","id":${theirs},"result":{"n":1.0}}`));
    expect(answer).toBe(`{"jsonrpc":"2.0","id":${id},"result":{"n":1.0}}`);
  });

  test.each([
    ["1", '"1"'],
    ['"1"', "1"],
    ["1", "2"],
  ])("with the id %s is not one with the id %s", (id, theirs) => {
    expect(
      answerTo(id, readMessage(`{"jsonrpc":"2.0","id":${theirs},"result":{}}`)),
    ).toBeUndefined();
  });

  test("is no request of the backend with the same id", () => {
    const asked = readMessage('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    expect(answerTo("1", asked)).toBeUndefined();
  });
});
