import { describe, expect, test } from "vitest";
import { ManualClock } from "../../test/manual-clock.ts";
import { noMetrics, type ApiRequestMetric } from "../telemetry/metrics.ts";
import { apiClient } from "./api-client.ts";
import { ControllerError } from "./error.ts";
import { defineKind } from "./kind.ts";
import type { ApiAnswer, ApiRequest } from "./transport.ts";

const things = defineKind({
  group: "example.com",
  version: "v1",
  kind: "Thing",
  plural: "things",
  namespaced: true,
});
const name = { namespace: "n", name: "a" };
const object = { metadata: name };

/** A client whose every request is kept, and answered with the same. */
function answered(answer: ApiAnswer | ControllerError) {
  const requests: ApiRequest[] = [];
  const measured: ApiRequestMetric[] = [];
  const respond = async (request: ApiRequest) => {
    requests.push(request);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const client = apiClient({
    transport: { send: respond, stream: respond, close: () => {} },
    metrics: { ...noMetrics, apiRequest: (metric) => measured.push(metric) },
    clock: new ManualClock(),
  });
  return { client, requests, measured };
}

const fine: ApiAnswer = { status: 200, body: { metadata: { ...name, resourceVersion: "1" } } };

test("every request is measured by its verb, its resource and its status", async () => {
  const { client, measured } = answered(fine);
  await client.get(things, name);
  await client.list(things);
  await client.create(things, object);
  await client.replace(things, object);
  await client.patch(things, name, { type: "merge", body: {} });
  await client.patch(things, name, { type: "apply", body: {}, subresource: "status" });
  await client.delete(things, name);
  expect(measured.map(({ verb, resource, status }) => `${verb} ${resource} ${status}`)).toEqual([
    "get things.example.com 200",
    "list things.example.com 200",
    "create things.example.com 200",
    "update things.example.com 200",
    "patch things.example.com 200",
    "apply things.example.com/status 200",
    "delete things.example.com 200",
  ]);
});

test("a request without an answer is measured with status 0", async () => {
  const { client, measured } = answered(new ControllerError("unreachable", "nobody there"));
  await expect(client.get(things, name)).rejects.toMatchObject({ code: "unreachable" });
  expect(measured).toMatchObject([{ verb: "get", status: 0 }]);
});

test.each([
  ["apply", "application/apply-patch+yaml", { fieldManager: "us", force: "true" }],
  ["merge", "application/merge-patch+json", { fieldManager: "us" }],
  ["json", "application/json-patch+json", { fieldManager: "us" }],
] as const)("a patch of type %s is sent as %s", async (type, contentType, query) => {
  const { client, requests } = answered(fine);
  await client.patch(things, name, { type, body: {}, fieldManager: "us", force: true });
  expect(requests).toMatchObject([
    {
      method: "PATCH",
      path: "/apis/example.com/v1/namespaces/n/things/a",
      contentType,
      query,
    },
  ]);
  expect(Object.keys(requests[0]?.query ?? {})).toEqual(Object.keys(query));
});

describe("a write", () => {
  const status = (code: number, causes: readonly object[] = []) => ({
    status: code,
    body: { kind: "Status", code, message: "told", details: { causes } },
  });
  test.each([
    ["a namespace that is going", status(403, [{ reason: "NamespaceTerminating" }]), "absent"],
    ["what is not there", status(404), "absent"],
    ["another version", status(409), "conflict"],
    ["another object of that name", status(422, [{ field: "metadata.uid" }]), "conflict"],
  ])("into %s has that as its outcome", async (_what, answer, outcome) => {
    expect(
      await answered(answer).client.patch(things, name, { type: "merge", body: {} }),
    ).toMatchObject({ outcome });
  });

  test.each([
    [403, "forbidden"],
    [422, "invalid"],
    [400, "bad-request"],
    [500, "server-error"],
  ])("that is answered with %i fails as %s, with what the server said", async (code, error) => {
    const { client } = answered(status(code));
    await expect(client.create(things, object)).rejects.toMatchObject({
      code: error,
      message: expect.stringMatching(/^POST .*things was answered with \d+ told$/),
    });
  });
});

test("what is deleted may be no other object, and no other version", async () => {
  const { client, requests } = answered(fine);
  await client.delete(things, name, { uid: "u", resourceVersion: "7" });
  expect(requests).toMatchObject([{ body: { preconditions: { uid: "u", resourceVersion: "7" } } }]);
});

test("an answer that is no list is refused", async () => {
  const { client } = answered({ status: 200, body: { metadata: {}, items: [{}] } });
  await expect(client.list(things)).rejects.toMatchObject({ code: "bad-answer" });
});
