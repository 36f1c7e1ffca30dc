import { useCluster } from "@headgate/test-cluster/vitest";
import { describe, expect } from "vitest";
import { configMaps, secrets, type ConfigMap } from "./kinds.ts";
import { withRig } from "./rig.ts";

const { test, cluster } = useCluster({ node: false });

describe("a client over TLS", () => {
  test("makes, reads, replaces and deletes an object, and says what stood in the way", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const name = { namespace, name: "a" };
      expect(await direct.get(configMaps, name)).toBeUndefined();
      const made = await direct.create(configMaps, { metadata: name, data: { k: "1" } });
      expect(made).toMatchObject({ outcome: "written", object: { kind: "ConfigMap" } });
      expect(await direct.create(configMaps, { metadata: name })).toMatchObject({
        outcome: "conflict",
      });
      const first = (await direct.get(configMaps, name))!;
      const second = await direct.replace(configMaps, { ...first, data: { k: "2" } });
      expect(second.outcome).toBe("written");
      expect(await direct.replace(configMaps, first)).toMatchObject({ outcome: "conflict" });
      expect(await direct.delete(configMaps, name, { uid: "another" })).toBe("conflict");
      const { uid, resourceVersion } = first.metadata;
      expect(await direct.delete(configMaps, name, { resourceVersion: resourceVersion! })).toBe(
        "conflict",
      );
      expect(await direct.delete(configMaps, name, { uid: uid! })).toBe("deleted");
      expect(await direct.delete(configMaps, name)).toBe("absent");
      expect(await direct.replace(configMaps, { metadata: name })).toEqual({ outcome: "absent" });
    });
  });

  test("reads a list page by page, with everything of one moment", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const names = Array.from({ length: 7 }, (_, index) => `page-${index}`);
      for (const name of names) await direct.create(configMaps, { metadata: { namespace, name } });
      const first = await direct.list(configMaps, { namespace, limit: 5 });
      await direct.delete(configMaps, { namespace, name: "page-6" });
      const token = first.continueToken!;
      const second = await direct.list(configMaps, { namespace, limit: 5, continueToken: token });
      const read = [...first.items, ...second.items].map(({ metadata }) => metadata.name!);
      expect(read.filter((name) => name.startsWith("page-"))).toEqual(names);
      expect(second.continueToken).toBeUndefined();
      expect(second.resourceVersion).toBe(first.resourceVersion);
    });
  });

  test("is sent nothing but the metadata of a Secret when it asks for no more", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const name = { namespace, name: "s" };
      await direct.create(secrets, { metadata: name, data: { password: "aHVzaA==" } });
      const { items } = await direct.list(secrets, { namespace, metadataOnly: true });
      expect(items).toMatchObject([{ apiVersion: "v1", kind: "Secret", metadata: name }]);
      expect(JSON.stringify(items)).not.toContain("aHVzaA==");
    });
  });

  test("says what the server said of an object that cannot be", async () => {
    await withRig(cluster(), async ({ direct, namespace }) => {
      const data = { "not a key": "" };
      await expect(
        direct.create(configMaps, { metadata: { namespace, name: "a" }, data }),
      ).rejects.toMatchObject({ code: "invalid", message: expect.stringMatching(/not a key/) });
    });
  });

  test("takes a namespace that is not there for absence, not for a failure", async () => {
    await withRig(cluster(), async ({ direct }) => {
      const metadata = { namespace: "is-not-there", name: "a" };
      expect(await direct.create(configMaps, { metadata })).toEqual({ outcome: "absent" });
    });
  });

  test("sends one request after the other over one connection", async () => {
    await withRig(cluster(), async ({ client, proxy, namespace }) => {
      const ports = new Set<number>();
      proxy.onSocket = (socket) => ports.add(socket.remotePort ?? 0);
      for (let time = 0; time < 5; time++) await client.list(configMaps, { namespace });
      expect(ports.size).toBe(1);
    });
  });
});

describe("a request", () => {
  test("on a connection that the server closes in this moment is sent again, unless it makes something", async () => {
    await withRig(cluster(), async ({ client, proxy, namespace }) => {
      const name = { namespace, name: "a" };
      await client.create(configMaps, { metadata: name });
      const cutOnce = (method: string) => {
        let left = 1;
        proxy.rule = (request) => (request.method === method && left-- > 0 ? "cut" : undefined);
      };
      cutOnce("GET");
      expect(await client.get(configMaps, name)).toMatchObject({ metadata: name });
      cutOnce("POST");
      await client.get(configMaps, name);
      const other: ConfigMap = { metadata: { namespace, name: "b" } };
      await expect(client.create(configMaps, other)).rejects.toMatchObject({ code: "unreachable" });
    });
  });

  test("that is never answered ends when its time is over, or when its caller gives it up", async () => {
    await withRig(
      cluster(),
      async ({ client, proxy, namespace }) => {
        proxy.rule = () => "never answer";
        const name = { namespace, name: "a" };
        await expect(client.get(configMaps, name)).rejects.toMatchObject({ code: "timed-out" });
        const caller = new AbortController();
        const asked = client.get(configMaps, name, caller.signal);
        caller.abort();
        await expect(asked).rejects.toMatchObject({ code: "aborted" });
      },
      { timeoutMs: 200 },
    );
  });

  test.each([
    [
      { answer: 429, retryAfter: "3" },
      { code: "too-many-requests", retryAfterMs: 3_000 },
    ],
    [{ answer: 503 }, { code: "server-error", status: 503 }],
    [{ answer: 401 }, { code: "unauthorized" }],
    [{ answer: 403 }, { code: "forbidden" }],
    [{ answer: 200, body: "not an object" }, { code: "bad-answer" }],
  ] as const)("that is answered with %o fails as %o", async (fault, error) => {
    await withRig(cluster(), async ({ client, proxy, namespace }) => {
      proxy.rule = () => fault;
      await expect(client.get(configMaps, { namespace, name: "a" })).rejects.toMatchObject(error);
    });
  });

  test("to where nobody listens fails as unreachable", async () => {
    await withRig(cluster(), async ({ client, proxy, namespace }) => {
      await proxy.refuse();
      await expect(client.get(configMaps, { namespace, name: "a" })).rejects.toMatchObject({
        code: "unreachable",
      });
      await proxy.accept();
      expect(await client.get(configMaps, { namespace, name: "a" })).toBeUndefined();
    });
  });
});
