import { setTimeout as delay } from "node:timers/promises";
import { type Connected, connectClient } from "./client.ts";
import { DemoFailure } from "./failure.ts";
import { Interrupted } from "./interrupted.ts";
import type { Look } from "./look.ts";
import { storyLines } from "./story-lines.ts";
import { playStory } from "./story.ts";

/** What the story is told with. */
export type Telling = {
  /** The MCP endpoint. */
  readonly url: string;
  readonly servers: readonly string[];
  readonly look: Look;
  readonly print: (line: string) => void;
  /** Breaks the story off by rejecting. */
  readonly broken: Promise<never>;
};

/** Plays the story with a real client and prints it as it happens. Rejects with a DemoFailure, or as `broken` does. */
export async function tellStory(telling: Telling): Promise<void> {
  const { url, broken } = telling;
  try {
    const connected = await Promise.race([connectClient(url), broken]);
    try {
      await play(connected, telling);
    } finally {
      await connected.client.close();
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof DemoFailure || error instanceof Interrupted)
      throw error;
    throw new DemoFailure(`The client could not go on: ${error.message}`, error);
  }
}

async function play({ client, leave }: Connected, telling: Telling): Promise<void> {
  const { servers, look, print, broken } = telling;
  const now = (): number => performance.now();
  const story = playStory({ client, servers, now, wait: waitFor });
  for (;;) {
    const { done, value } = await Promise.race([story.next(), broken]);
    if (done === true) break;
    for (const line of storyLines(value, look)) print(line);
  }
  await Promise.race([leave(), broken]);
}

/** Timers may be early by a fraction of a millisecond, and the story is about waiting exactly as long as asked. */
async function waitFor(ms: number): Promise<void> {
  const endMs = performance.now() + ms;
  for (let leftMs = ms; leftMs > 0; leftMs = endMs - performance.now())
    await delay(Math.ceil(leftMs), undefined, { ref: false });
}
