import { EventEmitter, once } from "node:events";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { ClientOptions } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTwoTransports } from "./two-transports.ts";
import type { TwoTransports } from "./two-transports.ts";

const ERAS: { era: string; options: ClientOptions }[] = [
  { era: "by default", options: {} },
  { era: "falling back from mode auto", options: { versionNegotiation: { mode: "auto" } } },
];

let stage: TwoTransports;

beforeAll(async () => {
  stage = await startTwoTransports("prefix");
});

afterAll(() => stage.close());

describe.each(ERAS)("the v2 SDK client $era", ({ options }) => {
  let client: Client;
  let transport: StreamableHTTPClientTransport;
  const heard = new EventEmitter();

  beforeAll(async () => {
    client = new Client(
      { name: "v2", version: "1.0.0" },
      {
        ...options,
        capabilities: { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} },
      },
    );
    client.setRequestHandler("roots/list", () => ({ roots: [{ uri: "file:///srv/two" }] }));
    client.setRequestHandler("sampling/createMessage", () => ({
      role: "assistant",
      model: "test-model",
      content: { type: "text", text: "said so" },
    }));
    client.setRequestHandler("elicitation/create", ({ params }) =>
      params.mode === "url"
        ? { action: "accept" }
        : { action: "accept", content: { name: "Ada", username: "ada", email: "a@b.c" } },
    );
    client.setNotificationHandler("notifications/message", ({ params }) => {
      heard.emit("log", params.data);
    });
    client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
      heard.emit("updated", params.uri);
    });
    client.setNotificationHandler("notifications/tools/list_changed", () => {
      heard.emit("tools-changed");
    });
    transport = new StreamableHTTPClientTransport(new URL(stage.gateway.url));
    await client.connect(transport);
  });

  afterAll(async () => {
    await transport.terminateSession();
    await client.close();
  });

  async function call(name: string, args: Record<string, unknown> = {}): Promise<string> {
    return JSON.stringify(await client.callTool({ name, arguments: args }));
  }

  test("agrees on 2025-11-25, with a handshake", () => {
    expect(client.getProtocolEra()).toBe("legacy");
    expect(client.getNegotiatedProtocolVersion()).toBe("2025-11-25");
  });

  test("lists and calls tools of both transports", async () => {
    const changed = once(heard, "tools-changed");
    const { tools } = await client.listTools();
    if (!tools.some(({ name }) => name === "stdio_trigger-url-elicitation")) await changed;
    expect(await call("http_test_simple_text")).toContain("plain text");
    expect(await call("stdio_get-structured-content", { location: "Chicago" })).toContain(
      '"structuredContent"',
    );
    await expect(call("http_nope")).rejects.toMatchObject({ code: -32_602 });
  });

  test("gets prompts, reads resources and completes arguments", async () => {
    const prompt = await client.getPrompt({
      name: "http_test_prompt_with_arguments",
      arguments: { arg1: "one", arg2: "two" },
    });
    expect(JSON.stringify(prompt)).toContain("arg2='two'");
    const { contents } = await client.readResource({ uri: "demo://resource/dynamic/text/4" });
    expect(contents).toMatchObject([{ uri: "demo://resource/dynamic/text/4" }]);
    const { completion } = await client.complete({
      ref: { type: "ref/prompt", name: "stdio_completable-prompt" },
      argument: { name: "department", value: "M" },
    });
    expect(completion.values).toEqual(["Marketing"]);
  });

  test("answers what backends ask: its model, forms, browser and roots", async () => {
    expect(await call("http_test_sampling", { prompt: "?" })).toContain("said so");
    expect(await call("http_test_elicitation", { message: "Who?" })).toContain("ada");
    const url = { url: "https://example.com/go", elicitationId: "e2" };
    expect(await call("stdio_trigger-url-elicitation", url)).toContain("completed");
    expect(await call("stdio_get-roots-list")).toContain("file:///srv/two");
  });

  test("follows a call's progress, and takes another back", async () => {
    const seen: number[] = [];
    await client.callTool(
      { name: "stdio_trigger-long-running-operation", arguments: { duration: 0.2, steps: 4 } },
      { onprogress: ({ progress }) => void seen.push(progress) },
    );
    expect(seen).toEqual([1, 2, 3, 4]);
    const aborted = new AbortController();
    const taken = client.callTool(
      { name: "stdio_trigger-long-running-operation", arguments: { duration: 20, steps: 200 } },
      { signal: aborted.signal, onprogress: () => aborted.abort(new Error("enough")) },
    );
    await expect(taken).rejects.toThrow("enough");
  });

  test("hears log lines and changes of what it subscribed to", async () => {
    await client.request({ method: "logging/setLevel", params: { level: "debug" } });
    const logged = once(heard, "log");
    await call("http_test_tool_with_logging");
    expect(await logged).toEqual(["Tool execution started"]);
    const uri = "test://watched-resource";
    await client.subscribeResource({ uri });
    const updated = once(heard, "updated");
    await stage.fixture.touch(uri);
    expect(await updated).toEqual([uri]);
  });
});
