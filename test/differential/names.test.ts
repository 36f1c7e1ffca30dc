import { afterAll, beforeAll, expect, test } from "vitest";
import { steadyServer } from "../fixtures/steady/server.ts";
import { configOf } from "../gateway/config.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { httpWire } from "../wire/http-wire.ts";
import { at } from "../wire/json-tree.ts";
import { Peer } from "../wire/peer.ts";

let gateway: StartedGateway;
let peer: Peer;

beforeAll(async () => {
  const program = steadyServer("@modelcontextprotocol/server-everything", "stdio");
  gateway = await startGateway({
    config: configOf([{ name: "everything", transport: "stdio", ...program }]),
  });
  peer = await Peer.connect(httpWire(gateway.url));
});

afterAll(async () => {
  await peer.close();
  await gateway.stop();
});

test("a name that no server has is the gateway's to refuse, as invalid params with the name", async () => {
  for (const [method, kind] of [
    ["tools/call", "tool"],
    ["prompts/get", "prompt"],
  ] as const) {
    const answer = await peer.request(method, { name: "everything_nope" });
    expect(answer["error"]).toMatchObject({
      code: { text: "-32602" },
      message: `Unknown ${kind}: everything_nope`,
    });
  }
});

test("a server's own name is not known without its prefix", async () => {
  const answer = await peer.request("tools/call", { name: "echo", arguments: { message: "x" } });
  expect(at(answer, "error", "code")).toMatchObject({ text: "-32602" });
});

test("a URI that no server has is not found, and the error names it", async () => {
  const answer = await peer.request("resources/read", { uri: "nowhere://at/all" });
  expect(answer["error"]).toMatchObject({
    code: { text: "-32002" },
    data: { uri: "nowhere://at/all" },
  });
});

test("a resource that a tool's result links to can be read although no list has it", async () => {
  const made = await peer.request("tools/call", {
    name: "everything_gzip-file-as-resource",
    arguments: { name: "a.gz", data: "data:text/plain,x", outputType: "resourceLink" },
  });
  const uri = at(made, "result", "content", 0, "uri");
  expect(uri).toBe("demo://resource/session/a.gz");
  const read = await peer.request("resources/read", { uri });
  expect(at(read, "result", "contents", 0, "mimeType")).toBe("application/gzip");
});
