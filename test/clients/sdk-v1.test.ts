import { EventEmitter, once } from "node:events";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  McpError,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PAGES } from "../fixtures/echo/offers.ts";
import { startCuttable } from "./cuttable.ts";
import { startTwoTransports } from "./two-transports.ts";
import type { Strategy, TwoTransports } from "./two-transports.ts";

const ROOTS = [{ uri: "file:///srv/one", name: "one" }];

type Connected = { client: Client; transport: StreamableHTTPClientTransport; heard: EventEmitter };

async function connect(url: string): Promise<Connected> {
  const client = new Client(
    { name: "v1", version: "1.0.0" },
    {
      capabilities: {
        sampling: {},
        elicitation: { form: {}, url: {} },
        roots: { listChanged: true },
      },
    },
  );
  const heard = new EventEmitter();
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: ROOTS }));
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: "assistant",
    model: "test-model",
    content: { type: "text", text: "said so" },
  }));
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    heard.emit("elicited", params);
    return params.mode === "url"
      ? { action: "accept" }
      : { action: "accept", content: { name: "Ada", username: "ada", email: "a@b.c" } };
  });
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    heard.emit("log", params.data);
  });
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
    heard.emit("updated", params.uri);
  });
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    heard.emit("tools-changed");
  });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    reconnectionOptions: {
      initialReconnectionDelay: 20,
      maxReconnectionDelay: 20,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 5,
    },
  });
  await client.connect(transport);
  return { client, transport, heard };
}

function firstText(result: object): unknown {
  const { content } = result as { content?: { text?: string }[] };
  return content?.[0]?.text;
}

async function untilListed(client: Client, heard: EventEmitter, name: string): Promise<void> {
  for (;;) {
    const changed = once(heard, "tools-changed");
    const { tools } = await client.listTools();
    if (tools.some((tool) => tool.name === name)) return;
    await changed;
  }
}

describe.each<Strategy>(["prefix", "priority"])("the v1 SDK client under %s", (strategy) => {
  let stage: TwoTransports;
  let client: Client;
  let transport: StreamableHTTPClientTransport;
  let heard: EventEmitter;
  let http: (name: string) => string;
  let stdio: (name: string) => string;

  beforeAll(async () => {
    stage = await startTwoTransports(strategy);
    http = (name) => stage.named("http", name);
    stdio = (name) => stage.named("stdio", name);
    ({ client, transport, heard } = await connect(stage.gateway.url));
  });

  afterAll(async () => {
    await transport.terminateSession();
    await client.close();
    await stage.close();
  });

  test("lists the tools, prompts, resources and templates of all backends", async () => {
    await untilListed(client, heard, stdio("trigger-url-elicitation"));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining([http("test_simple_text"), stdio("echo")]),
    );
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(
      expect.arrayContaining([http("test_simple_prompt"), stdio("args-prompt")]),
    );
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(
      expect.arrayContaining(["test://static-text", "demo://resource/static/document/features.md"]),
    );
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(
      expect.arrayContaining([
        "test://template/{id}/data",
        "demo://resource/dynamic/text/{resourceId}",
      ]),
    );
  });

  test("calls tools of both transports, and gets structured content that fits its schema", async () => {
    expect(firstText(await client.callTool({ name: http("test_simple_text") }))).toBe(
      "One block of plain text.",
    );
    const sum = await client.callTool({ name: stdio("get-sum"), arguments: { a: 2, b: 3 } });
    expect(firstText(sum)).toContain("5");
    const weather = await client.callTool({
      name: stdio("get-structured-content"),
      arguments: { location: "Chicago" },
    });
    expect(weather.structuredContent).toMatchObject({ temperature: expect.any(Number) as number });
  });

  test("a tool's failure is a result, an unknown tool an error", async () => {
    const failed = await client.callTool({ name: http("test_error_handling") });
    expect(failed.isError).toBe(true);
    await expect(client.callTool({ name: http("nope") })).rejects.toMatchObject({ code: -32_602 });
  });

  test("gets prompts, reads resources and completes arguments", async () => {
    const prompt = await client.getPrompt({
      name: stdio("args-prompt"),
      arguments: { city: "Oslo" },
    });
    expect(JSON.stringify(prompt.messages)).toContain("Oslo");
    const fixed = await client.readResource({ uri: "test://static-text" });
    expect(fixed.contents).toMatchObject([{ text: "Text that stays." }]);
    const dynamic = await client.readResource({ uri: "demo://resource/dynamic/text/4" });
    expect(dynamic.contents).toMatchObject([{ uri: "demo://resource/dynamic/text/4" }]);
    const { completion } = await client.complete({
      ref: { type: "ref/prompt", name: stdio("completable-prompt") },
      argument: { name: "department", value: "S" },
    });
    expect(completion.values).toEqual(["Sales", "Support"]);
  });

  test("its model, its forms, its browser and its roots are there for backends of both transports", async () => {
    const sampled = await client.callTool({
      name: http("test_sampling"),
      arguments: { prompt: "?" },
    });
    expect(firstText(sampled)).toBe("LLM response: said so");
    const sampling = stdio("trigger-sampling-request");
    expect(
      firstText(await client.callTool({ name: sampling, arguments: { prompt: "?" } })),
    ).toContain("said so");
    const form = await client.callTool({
      name: http("test_elicitation"),
      arguments: { message: "Who?" },
    });
    expect(firstText(form)).toContain('"username":"ada"');
    const filled = await client.callTool({ name: stdio("trigger-elicitation-request") });
    expect(JSON.stringify(filled)).toContain("Ada");
    const asked = once(heard, "elicited");
    const opened = await client.callTool({
      name: stdio("trigger-url-elicitation"),
      arguments: { url: "https://example.com/go", elicitationId: "e1" },
    });
    expect(await asked).toMatchObject([{ url: "https://example.com/go", elicitationId: "e1" }]);
    expect(firstText(opened)).toContain("completed");
    const roots = await client.callTool({ name: stdio("get-roots-list") });
    expect(firstText(roots)).toContain("file:///srv/one");
  });

  test("sees progress of its own calls, each under its own token", async () => {
    const follow = async (name: string, args: object): Promise<number[]> => {
      const seen: number[] = [];
      const onprogress = ({ progress }: { progress: number }) => void seen.push(progress);
      await client.callTool({ name, arguments: { ...args } }, undefined, { onprogress });
      return seen;
    };
    const long = { duration: 0.2, steps: 4 };
    expect(
      await Promise.all([
        follow(http("test_tool_with_progress"), {}),
        follow(stdio("trigger-long-running-operation"), long),
        follow(stdio("trigger-long-running-operation"), { ...long, steps: 2 }),
      ]),
    ).toEqual([
      [0, 50, 100],
      [1, 2, 3, 4],
      [1, 2],
    ]);
  });

  test("takes a call back by its AbortSignal, and the session goes on", async () => {
    const aborted = new AbortController();
    const call = client.callTool(
      { name: stdio("trigger-long-running-operation"), arguments: { duration: 20, steps: 200 } },
      undefined,
      { signal: aborted.signal, onprogress: () => aborted.abort("enough") },
    );
    await expect(call).rejects.toThrow("enough");
    expect(
      firstText(await client.callTool({ name: stdio("echo"), arguments: { message: "on" } })),
    ).toContain("on");
  });

  test("hears the log from the level on that it asked for", async () => {
    const lines: unknown[] = [];
    heard.on("log", (line) => lines.push(line));
    await client.setLoggingLevel("info");
    await client.callTool({ name: http("test_tool_with_logging") });
    expect(lines).toEqual([
      "Tool execution started",
      "Tool processing data",
      "Tool execution completed",
    ]);
    await client.setLoggingLevel("error");
    await client.callTool({ name: http("test_tool_with_logging") });
    expect(lines).toHaveLength(3);
    await client.setLoggingLevel("debug");
    const simulated = once(heard, "log");
    await client.callTool({ name: stdio("toggle-simulated-logging") });
    expect(await simulated).toEqual(["Debug-level message"]);
    await client.callTool({ name: stdio("toggle-simulated-logging") });
  });

  test("hears of changes to what it subscribed to, over both transports, until it unsubscribes", async () => {
    const uri = "test://watched-resource";
    await client.subscribeResource({ uri });
    const touched = once(heard, "updated");
    await stage.fixture.touch(uri);
    expect(await touched).toEqual([uri]);
    await client.unsubscribeResource({ uri });
    await stage.fixture.touch(uri);
    const other = "demo://resource/dynamic/text/1";
    await client.subscribeResource({ uri: other });
    const updated = once(heard, "updated");
    await client.callTool({ name: stdio("toggle-subscriber-updates") });
    expect(await updated).toEqual([other]);
    await client.callTool({ name: stdio("toggle-subscriber-updates") });
  });

  test("hears that the list of tools changed, and then lists the new one", async () => {
    const changed = once(heard, "tools-changed");
    const method = "tools/list";
    const { pages } = PAGES[method]!;
    const fresh = `{"name":"fresh","inputSchema":{"type":"object"}}`;
    stage.echo.change(
      method,
      [...pages.slice(0, 1), `${pages[1]},${fresh}`],
      ["notifications/tools/list_changed"],
    );
    await changed;
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain(stage.named("echo", "fresh"));
  });

  test("gets its answer although the network failed in the middle of the call", async () => {
    const network = await startCuttable(stage.gateway.url);
    const cutOff = await connect(network.url);
    try {
      let seen = 0;
      const result = await cutOff.client.callTool(
        { name: stdio("trigger-long-running-operation"), arguments: { duration: 0.6, steps: 6 } },
        undefined,
        { onprogress: () => void (++seen === 2 && network.cut()) },
      );
      expect(firstText(result)).toContain("completed");
      expect(seen).toBe(6);
      expect(network.asked("last-event-id")).toBeGreaterThan(0);
    } finally {
      await cutOff.client.close();
      await network.close();
    }
  });

  test("an error at the end of a stream is an error, and the client does not come back for more", async () => {
    const network = await startCuttable(stage.gateway.url);
    const other = await connect(network.url);
    try {
      const name = stage.named("echo", "as_late_error");
      const call = other.client.callTool({ name }, undefined, { onprogress: () => undefined });
      await expect(call).rejects.toBeInstanceOf(McpError);
      // Its standing stream, and one look whether the stream that ended had more to say.
      await expect.poll(() => network.asked("GET /mcp")).toBe(2);
      // A call that takes ten times as long as this client waits before it comes back.
      const long = { duration: 0.2, steps: 1 };
      await client.callTool({ name: stdio("trigger-long-running-operation"), arguments: long });
      expect(network.asked("GET /mcp")).toBe(2);
    } finally {
      await other.client.close();
      await network.close();
    }
  });
});
