import { describe, expect, test } from "vitest";
import { GatewayError } from "../rpc/errors.ts";
import { accepted, requireJsonBody } from "./media-types.ts";

describe("Accept", () => {
  test.each([
    [undefined, true, true],
    ["application/json, text/event-stream", true, true],
    ["text/event-stream,APPLICATION/JSON", true, true],
    ["*/*", true, true],
    ["text/html, */*;q=0.1", true, true],
    ["application/json", true, false],
    ["application/json; charset=utf-8; q=0.9", true, false],
    ["application/*", true, false],
    ["text/event-stream", false, true],
    ["text/*", false, true],
    ["application/json;q=0, text/event-stream", false, true],
    ["application/json; q=0.000 ,text/event-stream", false, true],
    ["application/json;q=0.01", true, false],
    ["application/jsonp, text/event-streams", false, false],
    ["application/json-seq", false, false],
    ["text/html", false, false],
    ["", false, false],
  ])("%s takes JSON: %s, event streams: %s", (accept, json, events) => {
    expect(accepted(accept === undefined ? {} : { accept })).toEqual({ json, events });
  });
});

describe("the body of a message", () => {
  test.each(["application/json", "application/json; charset=utf-8", " Application/JSON ;x"])(
    "may be %s",
    (type) => {
      expect(() => requireJsonBody({ "content-type": type })).not.toThrow();
    },
  );

  test.each([
    [undefined, undefined],
    ["text/plain", undefined],
    ["application/x-www-form-urlencoded", undefined],
    ["application/jsonp", undefined],
    ["application/json, text/plain", undefined],
    ["application/json", "gzip"],
    ["application/json", "identity, br"],
  ])("may not be %s encoded as %s", (type, encoding) => {
    const headers = {
      ...(type !== undefined && { "content-type": type }),
      ...(encoding !== undefined && { "content-encoding": encoding }),
    };
    expect(() => requireJsonBody(headers)).toThrow(GatewayError);
  });

  test("may say that it is not encoded", () => {
    const headers = { "content-type": "application/json", "content-encoding": "identity" };
    expect(() => requireJsonBody(headers)).not.toThrow();
  });
});
