import { ControllerError, noLog } from "@headgate/controller";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Cached } from "../cluster/caches.ts";
import { PodHealth } from "./pod-health.ts";

type Pod = Cached<"pods">;

function pod(name: string, ready = "True"): Pod {
  const labels = { "app.kubernetes.io/instance": "gateway" };
  return {
    metadata: { name, namespace: "shop", labels },
    status: { conditions: [{ type: "Ready", status: ready }] },
  };
}

/** Follows Pods that say what `answers` holds for them; a Pod without an answer is silent. */
function follow(pods: Pod[], answers: Map<string, string>) {
  const changed: string[] = [];
  const asked: string[] = [];
  const health = new PodHealth({
    pods: {
      get: async ({ pod: name }) => {
        asked.push(name);
        const Status = answers.get(name);
        if (Status === undefined) throw new ControllerError("timed-out", "no answer");
        return { backends: { one: { Status, ConsecutiveFailures: asked.length } } };
      },
    },
    all: () => pods,
    changed: (server) => changed.push(server),
    everyMs: 5,
    log: noLog,
  });
  const stop = new AbortController();
  const running = health.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  const said = (name: string) => health.of("shop", [name]).get(name)?.get("one")?.status;
  return { changed, asked, said };
}

test("a server is told of when one of its gateways says something else, and only then", async () => {
  const answers = new Map([["a", "healthy"]]);
  const { changed, asked, said } = follow([pod("a")], answers);
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(5));
  expect(changed).toEqual(["shop/gateway"]);
  answers.set("a", "unhealthy");
  await vi.waitFor(() => expect(said("a")).toBe("unhealthy"));
  expect(changed).toEqual(["shop/gateway", "shop/gateway"]);
});

test("a gateway that is silent for once is believed to be as it was, and one that is gone is forgotten", async () => {
  const pods = [pod("a")];
  const answers = new Map([["a", "healthy"]]);
  const { asked, said } = follow(pods, answers);
  await vi.waitFor(() => expect(said("a")).toBe("healthy"));
  answers.clear();
  const before = asked.length;
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before + 1));
  expect(said("a")).toBe("healthy");
  pods.pop();
  await vi.waitFor(() => expect(said("a")).toBeUndefined());
});

test("a gateway that is not ready is not asked", async () => {
  const answers = new Map([["b", "healthy"]]);
  const { asked } = follow([pod("a", "False"), pod("b")], answers);
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(2));
  expect(asked).not.toContain("a");
});
