import * as fc from "fast-check";
import { oneTokenAway } from "./json-mutation.ts";
import { SESSION, SLOTS, message, validRequest } from "./valid-requests.ts";
import type { FuzzRequest } from "./valid-requests.ts";

const LONG = "x".repeat(5_000);
const HUGE = "x".repeat(20_000);

/** Values that headers with a meaning may come with, and rather should not. */
const ODD_VALUES: Readonly<Record<string, readonly string[]>> = {
  host: [
    "evil.example",
    "localhost:99999",
    "[::1]",
    "",
    "a b",
    "127.0.0.1@evil",
    "localhost.",
    LONG,
  ],
  origin: ["null", "https://evil.example", "http://localhost:3000", "file://", "x", "", LONG],
  "content-type": [
    "text/plain",
    "application/json; charset=utf-16",
    "application/json;;;",
    "APPLICATION/JSON",
    "application/jsonp",
    "multipart/form-data",
    "",
  ],
  accept: ["*/*", "text/html", "application/json", "text/event-stream", "", "q=0", LONG],
  "mcp-session-id": [SESSION, "", "x", "../../etc", "00000000-0000-0000-0000-000000000000", LONG],
  "mcp-protocol-version": ["2024-11-05", "2026-07-28", "2025-11-25", "", "x", LONG],
  "last-event-id": [
    "0_1",
    "1_1",
    "1_0",
    "0_99999999999999999999",
    "-1_-1",
    "_",
    "x",
    "\u00e9",
    LONG,
  ],
  "content-length": ["-1", "abc", "0", "5", "99999999999999999999", "1e3", "0x10", "1, 2"],
  "transfer-encoding": ["gzip", "chunked, chunked", "identity", "chunked", "x"],
  connection: ["close", "keep-alive", "upgrade", "x", "host"],
  upgrade: ["websocket", "h2c", "x"],
  expect: ["100-continue", "200-ok", "x"],
  "access-control-request-method": ["POST", "x"],
  "access-control-request-headers": ["x-a, x-b", "\u00e9", LONG],
  cookie: ["a=b", LONG],
  authorization: ["Bearer x", "Basic eDp5", "x", LONG],
};

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);
const text = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((n) => String.fromCharCode(n)),
  maxLength: 60,
});

const oddHeader = fc.oneof(
  fc
    .constantFrom(...Object.entries(ODD_VALUES))
    .chain(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const)),
  fc.tuple(token, text),
  fc.tuple(token, fc.constantFrom(LONG, HUGE, "", "\t", "a\0b", "a\rb", "a\nb: c")),
);

const METHODS = [
  "GET",
  "PUT",
  "DELETE",
  "OPTIONS",
  "HEAD",
  "PATCH",
  "TRACE",
  "post",
  "CONNECT",
  "X",
];
const PATHS = [
  "/",
  "//",
  "/mcp/",
  "/MCP",
  "/mcp?x=1",
  "/mcp#x",
  "/mcp/../status",
  "/%6dcp",
  "/mcp%00",
  "/%",
  "*",
  "http://evil.example/mcp",
  "http://localhost/mcp",
  "mcp",
  "//evil.example/mcp",
  "/.well-known/oauth-protected-resource",
  "/.well-known/%2e%2e",
  "/api/backends/health/x",
  "/metrics?x=%zz",
  `/${LONG}`,
  `/mcp?${LONG}`,
  "/\u00e9",
  "/a\\b",
  "/{}|^`",
];

const method = fc.oneof(fc.constantFrom(...METHODS), token);
const path = fc.oneof(
  fc.constantFrom(...PATHS),
  text.map((tail) => `/${tail.replaceAll(" ", "")}`),
);

function withHeader(base: FuzzRequest, at: number, how: string, odd: readonly [string, string]) {
  const { headers } = base;
  const place = at % headers.length;
  const known = ODD_VALUES[headers[place]?.[0] ?? ""];
  const value = known?.[at % known.length] ?? odd[1];
  const changed = {
    drop: headers.toSpliced(place, 1),
    double: [...headers, headers[place]!],
    change: headers.with(place, [headers[place]![0], value]),
    add: [...headers, odd],
  }[how];
  return { ...base, headers: changed ?? headers };
}

const mutated: fc.Arbitrary<FuzzRequest> = validRequest
  .chain((base) => {
    const body = base.body?.toString();
    const header = fc
      .tuple(fc.nat(1_000), fc.constantFrom("drop", "double", "change", "add"), oddHeader)
      .map(([at, how, odd]) => withHeader(base, at, how, odd));
    const others = fc.oneof(
      { arbitrary: header, weight: 4 },
      { arbitrary: method.map((other) => ({ ...base, method: other })), weight: 1 },
      { arbitrary: path.map((other) => ({ ...base, path: other })), weight: 1 },
    );
    if (body === undefined) return others;
    const inBody = oneTokenAway(body).map((other) => ({ ...base, body: Buffer.from(other) }));
    return fc.oneof({ arbitrary: inBody, weight: 10 }, { arbitrary: others, weight: 6 });
  })
  .map((request) => ({ ...request, kind: "mutated" as const }));

/** Bodies that are no messages, or messages of the worst kind. */
const wildBody: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ maxDepth: 5 }).map((json) => Buffer.from(json)),
  fc
    .tuple(fc.nat(100_000), fc.constantFrom("[", '{"a":', '[{"a":'))
    .map(([depth, piece]) => Buffer.from(piece.repeat(depth).slice(0, 300_000))),
  fc
    .tuple(message, fc.nat(100))
    .map(([one, depth]) =>
      Buffer.from(
        one.replace(/"params":\{/, `"params":{"deep":${"[".repeat(depth)}${"]".repeat(depth)},`),
      ),
    ),
  fc.array(message, { maxLength: 120 }).map((all) => Buffer.from(`[${all.join(",")}]`)),
  fc.tuple(message, fc.nat(200), fc.nat(255)).map(([one, at, byte]) => {
    const bytes = Buffer.from(one);
    bytes[at % bytes.length] = byte;
    return bytes;
  }),
  fc.tuple(message, fc.nat(200)).map(([one, at]) => Buffer.from(one).subarray(0, at)),
  message.map((one) => Buffer.from(one.replace("{", '{"id":1,"id":2,"method":"ping",'))),
  message.map((one) => Buffer.from(`\ufeff${one}`)),
  message.map((one) => Buffer.from(one, "utf16le")),
  message.map((one) => Buffer.from(`${one}\n${one}`)),
  fc
    .jsonValue()
    .map((params) =>
      Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params })),
    ),
  fc
    .record(
      {
        jsonrpc: fc.jsonValue(),
        id: fc.jsonValue(),
        method: fc.jsonValue(),
        params: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    .map((any) => Buffer.from(JSON.stringify(any))),
);

const wild: fc.Arbitrary<FuzzRequest> = fc
  .record({
    method: fc.oneof(
      { arbitrary: fc.constant("POST"), weight: 6 },
      { arbitrary: method, weight: 1 },
    ),
    path: fc.oneof({ arbitrary: fc.constant("/mcp"), weight: 6 }, { arbitrary: path, weight: 1 }),
    proper: fc.boolean(),
    odd: fc.array(oddHeader, { maxLength: 3 }),
    body: fc.option(wildBody, { nil: undefined, freq: 10 }),
    chunked: fc.boolean(),
    slot: fc.nat(SLOTS.length - 1),
  })
  .map(({ proper, odd, ...rest }) => ({
    ...rest,
    kind: "wild",
    headers: proper
      ? [
          ["host", "localhost"],
          ["content-type", "application/json"],
          ["accept", "*/*"],
          ["mcp-session-id", SESSION],
        ]
      : [["host", "localhost"], ...odd],
  }));

/** Requests of which more than a third are right or one mutation away from right. */
export const anyRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { arbitrary: validRequest, weight: 2 },
  { arbitrary: mutated, weight: 5 },
  { arbitrary: wild, weight: 3 },
);
