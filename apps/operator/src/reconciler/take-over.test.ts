import type { ApiClient, KubeObject } from "@headgate/controller";
import { expect, test } from "vitest";
import { deployments } from "../cluster/built-in.ts";
import { isForeignOperator, isForeignStatus, takeOver } from "./take-over.ts";

const fieldsV1 = { "f:spec": { "f:template": {} } };
const theirs = { manager: "thv-operator", operation: "Update", apiVersion: "apps/v1", fieldsV1 };
const object: KubeObject = {
  metadata: { name: "gateway", namespace: "shop", resourceVersion: "7", managedFields: [theirs] },
};

/** An API server that answers every patch like this. */
function answering(outcome: "written" | "conflict" | "absent"): Pick<ApiClient, "patch"> {
  const answer = { outcome, object, message: "changed", causes: [] };
  return { patch: async () => answer } as unknown as Pick<ApiClient, "patch">;
}

const { signal } = new AbortController();
const from = isForeignOperator;

test("an object that changed meanwhile is taken over another time, and not applied to before", async () => {
  const attempt = takeOver(answering("conflict"), deployments, { object, from }, signal);
  await expect(attempt).rejects.toMatchObject({ code: "conflict" });
});

test.each(["written", "absent"] as const)(
  "a patch that is %s is the end of it",
  async (outcome) => {
    const attempt = takeOver(answering(outcome), deployments, { object, from }, signal);
    await expect(attempt).resolves.toBeUndefined();
  },
);

test.each([
  [{ ...theirs }, true, false],
  [{ ...theirs, manager: "kubectl-edit" }, false, false],
  [{ ...theirs, manager: "vmcp", subresource: "status" }, false, true],
  [{ ...theirs, operation: "Apply" }, false, false],
  [{ ...theirs, manager: "headgate-operator" }, false, false],
])("%j is of another operator: %s, in its status: %s", (entry, foreign, status) => {
  expect([isForeignOperator(entry), isForeignStatus(entry)]).toEqual([foreign, status]);
});
