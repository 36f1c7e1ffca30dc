import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestIn, download } from "./download.ts";

const digest = "a".repeat(64);
const other = "b".repeat(64);

test.each([
  ["the digest alone", `${digest}\n`],
  ["the digest with its file", `${digest}  etcd.tar.gz\n`],
  ["several files", `### SHA256\n${other}  etcd.zip\n${digest}  etcd.tar.gz\n`],
])("finds the digest in a text with %s", (_, text) => {
  expect(digestIn(text, "etcd.tar.gz")).toBe(digest);
});

test("finds no digest where the file is not among several", () => {
  expect(digestIn(`${digest}  one\n${other}  two\n`, "three")).toBeUndefined();
});

/** A server that publishes a program, with a digest that is right or not. */
async function publisher(content: string, digested = content): Promise<string> {
  const server = createServer((request, response) => {
    const isDigest = request.url?.endsWith(".sha256");
    response.end(isDigest ? createHash("sha256").update(digested).digest("hex") : content);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/program`;
}

async function destination(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-download-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "program");
}

test("what is downloaded can be run", async () => {
  const url = await publisher("#!/bin/sh\n");
  const file = await destination();
  expect(await download({ url, digestUrl: `${url}.sha256` }, file)).toEqual({ kind: "done" });
  expect(await readFile(file, "utf8")).toBe("#!/bin/sh\n");
  expect((await stat(file)).mode & 0o111).toBe(0o111);
});

test("a program that is not the one that was published is refused, and not kept", async () => {
  const url = await publisher("altered", "published");
  const file = await destination();
  expect(await download({ url, digestUrl: `${url}.sha256` }, file)).toMatchObject({
    kind: "failed",
    reason: `${url} does not have the published SHA-256`,
  });
  await expect(stat(file)).rejects.toThrow("ENOENT");
});

test("a server that is not there is an outcome, not an error", async () => {
  const url = "http://127.0.0.1:1/program";
  const result = await download({ url, digestUrl: `${url}.sha256` }, await destination());
  expect(result.kind).toBe("failed");
});
