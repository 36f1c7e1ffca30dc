import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { describe, expect, test } from "vitest";
import { LIMIT } from "./config.ts";
import { DemoFailure } from "./failure.ts";
import type { StoryEvent } from "./story-event.ts";
import { playStory } from "./story.ts";

const SERVERS = ["everything", "filesystem"];

type Result = { content: object[]; structuredContent?: object; isError?: boolean };

const answer = (text: string): Result => ({ content: [{ type: "text", text }] });
const refusal = (data: object): Result => ({
  content: [{ type: "text", text: "Rate limit exceeded" }],
  structuredContent: { code: 429, message: "Rate limit exceeded", data },
  isError: true,
});

/** A client whose limited tool answers what the list says, one after the other, and then always the last. */
function clientOf(limited: Result[], tools = SERVERS.map((server) => `${server}_tool`)): Client {
  let turn = 0;
  const client = {
    listTools: async () => ({ tools: tools.map((name) => ({ name })) }),
    listPrompts: async () => ({ prompts: [{ name: "everything_prompt" }] }),
    listResources: async () => ({ resources: [{}, {}] }),
    callTool: async ({ name }: { name: string }) =>
      name === LIMIT.tool
        ? limited[Math.min(turn++, limited.length - 1)]
        : answer(`answer of ${name}`),
  };
  return client as unknown as Client;
}

async function play(client: Client): Promise<{ events: StoryEvent[]; waitsMs: number[] }> {
  const events: StoryEvent[] = [];
  const waitsMs: number[] = [];
  const wait = async (ms: number) => void waitsMs.push(ms);
  const story = playStory({ client, servers: SERVERS, now: () => 0, wait });
  for await (const event of story) events.push(event);
  return { events, waitsMs };
}

describe("the limit of the story", () => {
  test.each([
    [
      "in milliseconds where the refusal tells them",
      { retryAfterSeconds: 2, retryAfterMs: 1234 },
      1234,
    ],
    ["in seconds where it tells no more", { retryAfterSeconds: 2 }, 2000],
  ])("is waited for exactly, %s", async (_, data, waitMs) => {
    const { events, waitsMs } = await play(clientOf([answer("1"), refusal(data), answer("2")]));
    expect(waitsMs).toEqual([waitMs]);
    expect(events.slice(-2)).toMatchObject([
      { kind: "refused", message: "Rate limit exceeded", waitMs },
      { kind: "answered", tool: LIMIT.tool, answer: "2" },
    ]);
  });

  test("is a failure when it never fires", async () => {
    await expect(play(clientOf([answer("1")]))).rejects.toThrow(/^The limit did not fire/);
  });

  test("is a failure when it still refuses after the wait", async () => {
    const client = clientOf([refusal({ retryAfterSeconds: 1 })]);
    await expect(play(client)).rejects.toThrow(/answered with an error: Rate limit exceeded$/);
  });
});

test("what is listed is counted by the server that it comes from", async () => {
  const limited = [refusal({ retryAfterSeconds: 1 }), answer("1")];
  const { events } = await play(
    clientOf(limited, ["filesystem_a", "filesystem_b", "everything_c"]),
  );
  expect(events[1]).toEqual({
    kind: "listed",
    sources: [
      { server: "everything", tools: 1, prompts: 1 },
      { server: "filesystem", tools: 2, prompts: 0 },
    ],
    resources: 2,
  });
});

test("a server of which nothing is listed is named", async () => {
  const story = play(clientOf([], ["everything_tool"]));
  await expect(story).rejects.toThrow(
    new DemoFailure("The gateway lists no tools of: filesystem."),
  );
});
