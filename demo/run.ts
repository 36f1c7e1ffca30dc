import { writeFile } from "node:fs/promises";
import { AwaitedBackends } from "./awaited-backends.ts";
import { configText } from "./config.ts";
import { freePort } from "./free-port.ts";
import { startGateway } from "./gateway.ts";
import { connectLines, headLines } from "./greeting.ts";
import { Interrupted } from "./interrupted.ts";
import { liveLine } from "./live.ts";
import type { LogRecord } from "./log-record.ts";
import type { Look } from "./look.ts";
import { createScratch, type Scratch } from "./scratch.ts";
import type { DemoServer } from "./servers.ts";
import { tellStory } from "./tell.ts";

const HOST = "127.0.0.1";
const BACKENDS_WITHIN_MS = 20_000;

/** What the demo is run with. */
export type DemoOptions = {
  /** Whether to end after the story. */
  readonly once: boolean;
  /** The first port to try. */
  readonly firstPort: number;
  /** The program that runs JavaScript. */
  readonly node: string;
  /** The built gateway. */
  readonly program: string;
  readonly servers: (scratch: Scratch, node: string) => DemoServer[];
  readonly look: Look;
  readonly print: (line: string) => void;
  /** Rejects with Interrupted when the person wants the demo to end. */
  readonly interrupted: Promise<never>;
};

/**
 * Runs the demo, from its scratch folder to the end of all its processes. Rejects with a DemoFailure when something
 * goes wrong, and with Interrupted when the story is broken off; to be interrupted after the story is a good end.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const scratch = await createScratch();
  try {
    const servers = options.servers(scratch, options.node);
    await writeFile(scratch.configFile, configText(servers));
    await runGateway(options, { configFile: scratch.configFile, servers });
  } finally {
    await scratch.remove();
  }
}

type Prepared = { readonly configFile: string; readonly servers: readonly DemoServer[] };

async function runGateway(options: DemoOptions, prepared: Prepared): Promise<void> {
  const { look, print, firstPort, interrupted } = options;
  const { configFile } = prepared;
  const servers = prepared.servers.map(({ name }) => name);
  const backends = new AwaitedBackends(servers);
  const watchers = [(record: LogRecord): void => backends.heard(record)];
  const port = await freePort(HOST, firstPort);
  const heard = (record: LogRecord): void => {
    for (const watch of watchers) watch(record);
  };
  const gateway = await startGateway({ ...options, configFile, host: HOST, port, heard });
  try {
    const { url } = gateway;
    const broken = Promise.race([gateway.ended, interrupted]);
    const lines = headLines(
      { url, configFile, taken: port === firstPort ? undefined : firstPort },
      look,
    );
    for (const line of lines) print(line);
    await Promise.race([backends.within(BACKENDS_WITHIN_MS), broken]);
    await tellStory({ url, servers, look, print, broken });
    if (options.once) return;
    for (const line of connectLines(url, look)) print(line);
    watchers.push((record) => {
      const line = liveLine(record, look);
      if (line !== undefined) print(line);
    });
    await broken.catch(goodEnd);
    print("\nStopping the gateway and its servers.");
  } finally {
    await gateway.stop();
  }
}

function goodEnd(reason: unknown): void {
  if (!(reason instanceof Interrupted)) throw reason;
}
