import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Agent as HttpsAgent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectionTo } from "./connection.ts";

const config = (cluster: object, user: object) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
    clusters: [{ name: "k", cluster }],
    users: [{ name: "u", user }],
  });

describe("a kubeconfig", () => {
  test("tells address and credentials, and its connections are kept", async () => {
    const text = config({ server: "https://[::1]:6443/prefix" }, { token: "abc" });
    const connection = connectionTo({ from: "text", text });
    const first = await connection.route();
    expect(first.base.href).toBe("https://[::1]:6443/prefix");
    expect(first.headers).toEqual({ Authorization: "Bearer abc" });
    expect((await connection.route()).agent).toBe(first.agent);
    connection.close();
  });

  test("is read once a second, so that certificates that change on disk are followed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "connection-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "ca.crt");
    await writeFile(file, "one");
    let nowMs = 0;
    const text = config({ server: "https://a", "certificate-authority": file }, {});
    const { route } = connectionTo({ from: "text", text }, () => nowMs);
    const { agent } = await route();
    await writeFile(file, "two");
    nowMs = 999;
    expect((await route()).agent).toBe(agent);
    nowMs = 1_000;
    const next = (await route()).agent;
    expect(next).not.toBe(agent);
    expect((next as HttpsAgent).options.ca?.toString()).toBe("two");
  });

  test("with a name and a password is sent as such", async () => {
    const text = config({ server: "https://a" }, { username: "me", password: "pass" });
    const { headers } = await connectionTo({ from: "text", text }).route();
    expect(headers).toEqual({ Authorization: "Basic bWU6cGFzcw==" });
  });

  test("that cannot be read is not quoted, as it holds credentials", () => {
    const text = 'users:\n- token: "hush\n  broken: [';
    const read = () => connectionTo({ from: "text", text });
    expect(read).toThrow(expect.objectContaining({ code: "bad-connection" }));
    expect(read).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
    expect(read).toThrow(/^((?!hush).)*$/s);
  });

  test("that is not there is named", () => {
    const read = () => connectionTo({ from: "file", path: "/nowhere/config" });
    expect(read).toThrow(/\/nowhere\/config could not be read as a kubeconfig \(ENOENT\)/);
  });

  test("without the context that is asked for leads nowhere", () => {
    const text = config({ server: "https://a" }, {});
    const read = () => connectionTo({ from: "text", text, context: "other" });
    expect(read).toThrow(/"other" names no cluster with an address/);
  });
});

test("outside of a Pod there is no ServiceAccount to connect with", () => {
  expect(() => connectionTo({ from: "pod" })).toThrow(/bad|names no cluster/);
});
