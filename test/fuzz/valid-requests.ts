import * as fc from "fast-check";

/** Stands in a header for the session id of the slot that the request names. */
export const SESSION = "{session}";

/** The revisions of a worker's sessions, by slot. */
export const SLOTS = ["2025-11-25", "2025-06-18", "2025-03-26", "2025-11-25"] as const;
/** The slot whose revision has batches. */
export const BATCH_SLOT = 2;

/** One HTTP request before it is bytes. */
export type FuzzRequest = {
  /** Where it comes from: it is right, it differs from a right one in one place, or in all. */
  kind: "valid" | "mutated" | "wild";
  method: string;
  path: string;
  headers: (readonly [name: string, value: string])[];
  body: Buffer | undefined;
  chunked: boolean;
  /** Which of the worker's sessions it belongs to. */
  slot: number;
};

const id = fc
  .oneof(fc.integer(), fc.maxSafeInteger(), fc.string({ unit: "binary", maxLength: 20 }))
  .map((value) => JSON.stringify(value));

const CALLS: readonly (readonly [method: string, params: string])[] = [
  ["ping", "{}"],
  ["tools/list", "{}"],
  ["prompts/list", "{}"],
  ["resources/list", "{}"],
  ["resources/templates/list", '{"_meta":{}}'],
  ["tools/call", '{"name":"f_test_simple_text","arguments":{}}'],
  ["tools/call", '{"name":"f_test_error_handling","_meta":{"progressToken":1}}'],
  ["tools/call", '{"name":"c_echo","arguments":{"a":[1.0,"é",{"b":null}]}}'],
  ["prompts/get", '{"name":"f_test_simple_prompt"}'],
  ["resources/read", '{"uri":"test://static-text"}'],
  ["resources/subscribe", '{"uri":"test://watched-resource"}'],
  ["resources/unsubscribe", '{"uri":"test://watched-resource"}'],
  [
    "completion/complete",
    '{"ref":{"type":"ref/prompt","name":"f_test_prompt_with_arguments"},"argument":{"name":"arg1","value":"a"}}',
  ],
  ["logging/setLevel", '{"level":"warning"}'],
];

const NOTIFICATIONS: readonly string[] = [
  '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"x"}}',
  '{"jsonrpc":"2.0","method":"notifications/roots/list_changed","params":{}}',
  '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}',
  '{"jsonrpc":"2.0","id":"nobody-asked","result":{"content":[]}}',
  '{"jsonrpc":"2.0","id":5,"error":{"code":-32601,"message":"no"}}',
];

const request = fc
  .tuple(id, fc.constantFrom(...CALLS))
  .map(
    ([key, [method, params]]) =>
      `{"jsonrpc":"2.0","id":${key},"method":"${method}","params":${params}}`,
  );

const INITIALIZE = fc
  .record({
    key: id,
    version: fc.constantFrom("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2099-01-01"),
    capabilities: fc.constantFrom("{}", '{"sampling":{}}', '{"roots":{"listChanged":true}}'),
  })
  .map(
    ({ key, version, capabilities }) =>
      `{"jsonrpc":"2.0","id":${key},"method":"initialize","params":{"protocolVersion":"${version}","capabilities":${capabilities},"clientInfo":{"name":"fuzz","version":"1"}}}`,
  );

/** A message of an open session. */
export const message: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: request, weight: 5 },
  { arbitrary: fc.constantFrom(...NOTIFICATIONS), weight: 1 },
);

const batch = fc
  .uniqueArray(request, {
    minLength: 1,
    maxLength: 5,
    selector: (text) => JSON.stringify((JSON.parse(text) as { id: unknown }).id),
  })
  .map((texts) => `[${texts.join(",")}]`);

const HOST = ["host", "localhost"] as const;
const JSON_BODY = ["content-type", "application/json"] as const;
const BOTH = ["accept", "application/json, text/event-stream"] as const;

function post(text: string, slot: number, more: FuzzRequest["headers"]): FuzzRequest {
  const headers = [HOST, JSON_BODY, BOTH, ...more];
  const body = Buffer.from(text);
  return { kind: "valid", method: "POST", path: "/mcp", headers, body, chunked: false, slot };
}

function bare(method: string, path: string, slot: number, more: FuzzRequest["headers"] = []) {
  const headers = [HOST, ...more];
  return { kind: "valid" as const, method, path, headers, body: undefined, chunked: false, slot };
}

const slots = fc.nat(SLOTS.length - 1);
const inSession = [["mcp-session-id", SESSION] as const];

const inSlot = fc
  .record({ text: message, slot: slots, chunked: fc.boolean(), named: fc.boolean() })
  .map(({ text, slot, chunked, named }) => {
    const version = named ? [["mcp-protocol-version", SLOTS[slot]!] as const] : [];
    return { ...post(text, slot, [...inSession, ...version]), chunked };
  });

const OPERATIONS = [
  "/health",
  "/healthz",
  "/ping",
  "/readyz",
  "/status",
  "/metrics",
  "/api/backends/health",
];

/** A request that is right, and has to be answered with success. */
export const validRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { arbitrary: inSlot, weight: 120 },
  { arbitrary: batch.map((text) => post(text, BATCH_SLOT, inSession)), weight: 10 },
  { arbitrary: INITIALIZE.map((text) => post(text, 0, [])), weight: 10 },
  {
    arbitrary: slots.map((slot) => bare("GET", "/mcp", slot, [BOTH, ...inSession])),
    weight: 10,
  },
  { arbitrary: slots.map((slot) => bare("DELETE", "/mcp", slot, inSession)), weight: 2 },
  {
    arbitrary: fc
      .tuple(fc.constantFrom("GET", "HEAD"), fc.constantFrom(...OPERATIONS))
      .map(([method, path]) => bare(method, path, 0)),
    weight: 10,
  },
);
