import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import * as z from "zod";
import { LIMIT } from "./config.ts";
import { DemoFailure } from "./failure.ts";
import type { Answered, StoryEvent } from "./story-event.ts";

/** What the story is played with. */
export type Stage = {
  readonly client: Client;
  /** The servers that must be there. */
  readonly servers: readonly string[];
  readonly now: () => number;
  /** Resolves no sooner than after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
};

const CALLS = [
  { tool: "filesystem_read_text_file", args: { path: "shopping.md" } },
  {
    tool: "memory_create_entities",
    args: {
      entities: [{ name: "Ada", entityType: "person", observations: ["likes oat milk"] }],
    },
  },
  {
    tool: "everything_get-sum",
    args: { a: 19, b: 23 },
    note: "with the start of its process",
  },
] as const;

/** On a machine so slow that tokens come back between calls, the limit fires later, but by then surely. */
const MAX_CALLS_TO_LIMIT = 20;

const Refusal = z.object({
  code: z.literal(429),
  message: z.string(),
  data: z.object({ retryAfterSeconds: z.number(), retryAfterMs: z.number().optional() }),
});

/** Plays the story with a connected client, telling each event as it happens. Throws a DemoFailure where it takes a wrong turn. */
export async function* playStory(stage: Stage): AsyncGenerator<StoryEvent, void, undefined> {
  yield { kind: "chapter", title: "Who offers what" };
  yield await listed(stage);
  yield { kind: "chapter", title: "Three calls to three servers" };
  for (const { tool, ...told } of CALLS)
    yield { ...expectAnswer(await call(stage, tool, told.args)), ...told };
  const everySeconds = LIMIT.refillSeconds / LIMIT.maxTokens;
  const title = `A limit: ${LIMIT.tool} ${LIMIT.maxTokens} times, then once every ${everySeconds} s`;
  yield { kind: "chapter", title };
  yield* limitReached(stage);
}

async function listed({ client, servers }: Stage): Promise<StoryEvent> {
  const { tools } = await client.listTools();
  const { prompts } = await client.listPrompts();
  const { resources } = await client.listResources();
  const from = (server: string) => (item: { name: string }) => item.name.startsWith(`${server}_`);
  const sources = servers.map((server) => ({
    server,
    tools: tools.filter(from(server)).length,
    prompts: prompts.filter(from(server)).length,
  }));
  const silent = sources.filter((source) => source.tools === 0).map(({ server }) => server);
  if (silent.length > 0)
    throw new DemoFailure(`The gateway lists no tools of: ${silent.join(", ")}.`);
  return { kind: "listed", sources, resources: resources.length };
}

async function* limitReached(stage: Stage): AsyncGenerator<StoryEvent, void, undefined> {
  const args = { message: "Is anybody there?" };
  for (let attempt = 1; attempt <= MAX_CALLS_TO_LIMIT; attempt += 1) {
    const reply = await call(stage, LIMIT.tool, args);
    const refusal = Refusal.safeParse(reply.result.structuredContent).data;
    if (refusal === undefined) {
      yield expectAnswer(reply);
      continue;
    }
    const waitMs = refusal.data.retryAfterMs ?? refusal.data.retryAfterSeconds * 1000;
    yield { kind: "refused", tool: LIMIT.tool, message: refusal.message, waitMs };
    await stage.wait(waitMs);
    return yield expectAnswer(await call(stage, LIMIT.tool, args));
  }
  throw new DemoFailure(
    `The limit did not fire: ${MAX_CALLS_TO_LIMIT} calls of ${LIMIT.tool} passed, ${LIMIT.maxTokens} were allowed.`,
  );
}

type Reply = { readonly tool: string; readonly result: CallToolResult; readonly ms: number };

async function call(
  { client, now }: Stage,
  tool: string,
  args: Record<string, unknown>,
): Promise<Reply> {
  const startedMs = now();
  const result = (await client.callTool({ name: tool, arguments: args })) as CallToolResult;
  return { tool, result, ms: now() - startedMs };
}

function expectAnswer({ result, ...reply }: Reply): Answered {
  const answer = result.content.map((part) =>
    part.type === "text" ? part.text : `(${part.type})`,
  );
  if (result.isError === true)
    throw new DemoFailure(`${reply.tool} answered with an error: ${answer.join(" ")}`);
  return { kind: "answered", ...reply, answer: answer.join(" ") };
}
