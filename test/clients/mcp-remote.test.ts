import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { npmServer } from "../gateway/npm-server.ts";
import { startTwoTransports } from "./two-transports.ts";
import type { TwoTransports } from "./two-transports.ts";

describe("a stdio client over mcp-remote", () => {
  let stage: TwoTransports;
  let home: string;
  let client: Client;
  const heard = new EventEmitter();

  beforeAll(async () => {
    stage = await startTwoTransports("priority");
    home = await mkdtemp(join(tmpdir(), "headgate-mcp-remote-"));
    const program = npmServer(
      "mcp-remote",
      stage.gateway.url,
      "--allow-http",
      "--transport",
      "http-only",
    );
    client = new Client(
      { name: "over-mcp-remote", version: "1.0.0" },
      { capabilities: { sampling: {}, elicitation: { form: {}, url: {} } } },
    );
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      role: "assistant",
      model: "test-model",
      content: { type: "text", text: "said so" },
    }));
    client.setRequestHandler(ElicitRequestSchema, () => ({
      action: "accept",
      content: { username: "ada", email: "a@b.c" },
    }));
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      heard.emit("log", params.data);
    });
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      heard.emit("updated", params.uri);
    });
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, MCP_REMOTE_CONFIG_DIR: home };
    await client.connect(new StdioClientTransport({ ...program, env, stderr: "ignore" }));
  });

  afterAll(async () => {
    await client.close();
    await stage.close();
    await rm(home, { recursive: true, force: true });
  });

  async function call(name: string, args: Record<string, unknown> = {}): Promise<string> {
    return JSON.stringify(await client.callTool({ name, arguments: args }));
  }

  test("lists and calls tools, prompts and resources", async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["test_simple_text", "get-sum"]),
    );
    expect(await call("test_simple_text")).toContain("plain text");
    expect(await call("get-sum", { a: 2, b: 3 })).toContain("5");
    expect(
      JSON.stringify(await client.getPrompt({ name: "args-prompt", arguments: { city: "Oslo" } })),
    ).toContain("Oslo");
    const { contents } = await client.readResource({ uri: "test://static-text" });
    expect(contents).toMatchObject([{ text: "Text that stays." }]);
  });

  test("answers what backends ask", async () => {
    expect(await call("test_sampling", { prompt: "?" })).toContain("said so");
    expect(await call("test_elicitation", { message: "Who?" })).toContain("ada");
    expect(await call("trigger-sampling-request", { prompt: "?" })).toContain("said so");
  });

  test("follows progress and takes a call back", async () => {
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void seen.push(progress);
    const name = "trigger-long-running-operation";
    await client.callTool({ name, arguments: { duration: 0.4, steps: 4 } }, undefined, {
      onprogress,
    });
    // The bridge may hand over the answer before the last notice, which then comes too late.
    expect([1, 2, 3, 4].slice(0, seen.length)).toEqual(seen);
    expect(seen.length).toBeGreaterThanOrEqual(3);
    const aborted = new AbortController();
    const taken = client.callTool({ name, arguments: { duration: 20, steps: 200 } }, undefined, {
      signal: aborted.signal,
      onprogress: () => aborted.abort("enough"),
    });
    await expect(taken).rejects.toThrow("enough");
  });

  test("hears log lines and changes of what it subscribed to", async () => {
    const logged = once(heard, "log");
    await call("test_tool_with_logging");
    expect(await logged).toEqual(["Tool execution started"]);
    const uri = "test://watched-resource";
    await client.subscribeResource({ uri });
    const updated = once(heard, "updated");
    await stage.fixture.touch(uri);
    expect(await updated).toEqual([uri]);
  });
});
