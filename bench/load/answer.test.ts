import { expect, test } from "vitest";
import { headerOf, parseAnswer } from "./answer.ts";

const PLAIN = "HTTP/1.1 200 OK\r\nMcp-Session-Id: AbC\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKED =
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab\r\n\r\n3\r\ncde\r\n0\r\n\r\n";
const EMPTY = "HTTP/1.1 202 Accepted\r\nDate: now\r\n\r\n";

test.each([
  [PLAIN, 200, "hello"],
  [CHUNKED, 200, "ab\r\ncde"],
  [EMPTY, 202, ""],
])(
  "a response is read whole, not before its last byte, and ends where the next one starts",
  (text, status, body) => {
    expect(parseAnswer(`${text}HTTP/1.1`)).toMatchObject({ status, body, end: text.length });
    for (let cut = 0; cut < text.length; cut++)
      expect(parseAnswer(text.slice(0, cut))).toBeUndefined();
  },
);

test("a header is found whatever its case, and its value keeps its own", () => {
  expect(headerOf(parseAnswer(PLAIN)?.head ?? "", "mcp-session-id")).toBe("AbC");
  expect(headerOf(parseAnswer(PLAIN)?.head ?? "", "session-id")).toBeUndefined();
});
