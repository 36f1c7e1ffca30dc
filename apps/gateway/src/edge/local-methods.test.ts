import { describe, expect, test } from "vitest";
import { request } from "../../test/request-text.ts";
import { sessionRig, VIEW } from "../../test/session-rig.ts";
import { listPages } from "../catalog/pages.ts";
import type { GatewayError } from "../rpc/errors.ts";
import { memberText } from "../rpc/member-span.ts";
import { localMethod } from "./local-methods.ts";

/** A session whose tools take three pages. */
const { session } = sessionRig(undefined, {
  viewOf: () => ({
    ...VIEW,
    lists: { ...VIEW.lists, tools: listPages("tools", ['"a"', '"b"', '"c"'], 1) },
  }),
});

/** What the method comes to when it is done. */
function localResult(...[asked, message]: Parameters<typeof localMethod>) {
  return localMethod(asked, message)?.();
}

function refused(code: string): GatewayError {
  return expect.objectContaining({ code }) as GatewayError;
}

test("a ping is answered with nothing", () => {
  expect(localResult(session, request("ping"))).toBe("{}");
});

describe("a list", () => {
  test("is the text of the view's page", () => {
    const [page] = VIEW.lists.prompts.pages;
    expect(localResult(session, request("prompts/list"))).toBe(page);
    expect(localResult(session, request("prompts/list", "{}"))).toBe(page);
  });

  test("goes on where its cursor says, to the end", () => {
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const params = cursor === undefined ? "{}" : `{"cursor":${cursor}}`;
      const text = localResult(session, request("tools/list", params)) as string;
      seen.push(JSON.parse(memberText(text, "tools") ?? "null"));
      cursor = memberText(text, "nextCursor");
    } while (cursor !== undefined && seen.length < 10);
    expect(seen).toEqual([["a"], ["b"], ["c"]]);
  });

  test.each(['{"cursor":""}', '{"cursor":null}'])("begins with %s", (params) => {
    expect(localResult(session, request("tools/list", params))).toContain('"tools":["a"]');
  });

  test.each(['{"cursor":"x"}', '{"cursor":1}', '{"cursor":{}}'])("has no page at %s", (params) => {
    expect(() => localResult(session, request("tools/list", params))).toThrow(
      refused("invalid-params"),
    );
  });
});

describe("logging/setLevel", () => {
  test.each(["debug", "emergency"])("%s is taken", async (level) => {
    const answer = localResult(session, request("logging/setLevel", `{"level":"${level}"}`));
    expect(await answer).toBe("{}");
  });

  test("reaches every backend in use before it is answered", async () => {
    const rig = sessionRig();
    await rig.session.link("a");
    const answer = localResult(rig.session, request("logging/setLevel", '{"level":"error"}'));
    const { last } = rig.backends.a.link;
    expect(memberText(last.text, "params", "level")).toBe('"error"');
    last.exchange.answer(`{"jsonrpc":"2.0","id":${last.id},"result":{}}`);
    expect(await answer).toBe("{}");
    expect(rig.backends.b.links).toEqual([]);
  });

  test.each(["{}", '{"level":"loud"}', '{"level":0}'])("%s is refused unheard", (params) => {
    expect(() => localMethod(session, request("logging/setLevel", params))).toThrow(
      refused("invalid-params"),
    );
  });
});

test("other methods are not the gateway's to answer", () => {
  expect(localResult(session, request("tools/call", "{}"))).toBeUndefined();
  expect(localResult(session, request("toString"))).toBeUndefined();
});
