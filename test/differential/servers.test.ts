import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEverything } from "../fixtures/everything/listen.ts";
import { npmServer } from "../gateway/npm-server.ts";
import { httpWire } from "../wire/http-wire.ts";
import { stdioWire } from "../wire/stdio-wire.ts";
import { fixtureClient, playFixture } from "./fixture-script.ts";
import type { Script } from "./script.ts";
import { compare } from "./subject.ts";

let scratch: string;

beforeAll(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), "headgate-differential-")));
  await mkdir(join(scratch, "allowed"));
  await mkdir(join(scratch, "rooted"));
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

function stdio(program: { command: string; args: string[] }, env: Record<string, string> = {}) {
  return {
    direct: stdioWire({ ...program, env }),
    backend: { transport: "stdio", ...program, env },
  };
}

async function playMemory(script: Script): Promise<void> {
  await script.lists();
  const entities = [
    { name: "Ada", entityType: "person", observations: ["wrote", "“notes”"] },
    { name: "Engine", entityType: "machine", observations: [] },
  ];
  const relations = [{ from: "Ada", to: "Engine", relationType: "describes" }];
  const observations = [{ entityName: "Engine", contents: ["brass"] }];
  const uri = "memory://knowledge-graph";
  await script.call("read_graph");
  await script.ask("subscribe", "resources/subscribe", { uri });
  await script.call("create_entities", { entities });
  await script.hear("notifications/resources/updated");
  await script.ask("unsubscribe", "resources/unsubscribe", { uri });
  await script.call("create_relations", { relations });
  await script.call("add_observations", { observations });
  await script.call("add_observations", {
    observations: [{ entityName: "Nobody", contents: ["x"] }],
  });
  await script.call("search_nodes", { query: "brass" });
  await script.call("open_nodes", { names: ["Ada"] });
  await script.call("open_nodes", { names: "Ada" });
  await script.read(uri);
  await script.call("delete_observations", {
    deletions: [{ entityName: "Engine", observations: ["brass"] }],
  });
  await script.call("delete_relations", { relations });
  await script.call("delete_entities", { entityNames: ["Ada", "Engine"] });
  await script.call("read_graph");
}

async function playThinking(script: Script): Promise<void> {
  await script.lists();
  const thought = { thought: "first", nextThoughtNeeded: true, totalThoughts: 2 };
  await script.call("sequentialthinking", { ...thought, thoughtNumber: 1 });
  await script.callRaw(
    "sequentialthinking",
    `{"name":"$name","arguments":{"thought":"second","nextThoughtNeeded":false,"totalThoughts":2.0,"thoughtNumber":2e0}}`,
  );
  await script.call("sequentialthinking", { ...thought, thoughtNumber: "none" });
}

async function playFiles(script: Script): Promise<void> {
  const folder = join(scratch, "rooted");
  const at = (...names: string[]) => ({ path: join(folder, ...names) });
  // The server asks for the client's roots after the handshake; only then it allows what they name.
  for (let allowed = false; !allowed;) {
    const name = `${script.prefix}list_allowed_directories`;
    const answer = await script.peer.request("tools/call", { name });
    allowed = JSON.stringify(answer).includes(folder);
  }
  await script.lists();
  await script.call("list_allowed_directories");
  await script.call("write_file", { ...at("a.txt"), content: "one\ntwo\nthree\n😀\r\n" });
  await script.call("create_directory", at("sub"));
  await script.call("write_file", { ...at("sub", "b.txt"), content: "b" });
  await script.call("edit_file", {
    ...at("a.txt"),
    edits: [{ oldText: "two", newText: "2" }],
    dryRun: false,
  });
  await script.call("read_file", at("a.txt"));
  await script.call("read_text_file", { ...at("a.txt"), head: 2 });
  await script.call("read_text_file", { ...at("a.txt"), tail: 1 });
  await script.call("read_media_file", at("pixel.png"));
  await script.call("read_multiple_files", { paths: [at("a.txt").path, at("none.txt").path] });
  await script.call("list_directory", at());
  await script.call("list_directory_with_sizes", at());
  await script.call("directory_tree", at());
  await script.call("search_files", { ...at(), pattern: "**/*.txt" });
  await script.call("move_file", { source: at("a.txt").path, destination: at("c.txt").path });
  await script.call("get_file_info", at("c.txt"));
  await script.call("read_text_file", { path: join(scratch, "allowed", "secret.txt") });
  await script.call("read_text_file", { path: "/etc/hostname" });
  await script.call("read_text_file", {});
}

describe("a real server says the same through the gateway as directly", () => {
  test("server-memory", async () => {
    const file = join(scratch, "memory.jsonl");
    const server = npmServer("@modelcontextprotocol/server-memory");
    const { direct, through } = await compare(
      {
        ...stdio(server, { MEMORY_FILE_PATH: file }),
        reset: () => rm(file, { force: true }),
      },
      () => ({}),
      playMemory,
    );
    expect(through).toEqual(direct);
    expect(direct.length).toBeGreaterThan(15);
  });

  test("server-sequential-thinking", async () => {
    const server = npmServer("@modelcontextprotocol/server-sequential-thinking");
    const subject = stdio(server, { DISABLE_THOUGHT_LOGGING: "true" });
    const { direct, through } = await compare(subject, () => ({}), playThinking);
    expect(through).toEqual(direct);
    expect(direct.length).toBeGreaterThan(6);
  });

  test("server-filesystem, which serves the client's own roots", async () => {
    const folder = join(scratch, "rooted");
    const reset = async () => {
      await rm(folder, { recursive: true });
      await mkdir(folder);
      await writeFile(join(folder, "pixel.png"), Buffer.from([137, 80, 78, 71]));
    };
    const server = npmServer("@modelcontextprotocol/server-filesystem", join(scratch, "allowed"));
    const roots = JSON.stringify({ roots: [{ uri: pathToFileURL(folder).href }] });
    const { direct, through } = await compare(
      { ...stdio(server), reset },
      () => ({ capabilities: { roots: {} }, answers: { "roots/list": () => roots } }),
      playFiles,
    );
    expect(through).toEqual(direct);
    expect(direct.length).toBeGreaterThan(20);
  });

  test("the everything fixture", async () => {
    const fixture = await startEverything({ port: 0 });
    try {
      const { direct, through } = await compare(
        {
          direct: httpWire(fixture.url),
          backend: { transport: "streamable-http", url: fixture.url },
          heard: ["notifications/message"],
        },
        fixtureClient,
        async (script) => {
          await playFixture(script);
          await fixture.touch("test://watched-resource");
          await script.hear("notifications/resources/updated");
        },
      );
      expect(through).toEqual(direct);
      expect(direct.length).toBeGreaterThan(30);
    } finally {
      await fixture.close();
    }
  });
});
