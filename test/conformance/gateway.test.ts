import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEverything } from "../fixtures/everything/listen.ts";
import type { Everything } from "../fixtures/everything/listen.ts";
import { npmServer } from "../gateway/npm-server.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";
import { runConformance } from "./run.ts";
import type { ConformanceRun } from "./run.ts";
import { SUITES, complaints, lost } from "./yardstick.ts";

type Backend = Record<string, unknown> & { name: string };

// A gateway answers a list from its catalogue at once, so as JSON: that streams work when many are open is then not tested.
const NOT_STREAMED = "server-sse-multiple-streams/server-sse-streams-functional";

let fixtures: Everything[];
let scratch: string;
let direct: Map<string, ConformanceRun>;

beforeAll(async () => {
  fixtures = await Promise.all(["one", "two"].map((name) => startEverything({ port: 0, name })));
  scratch = await mkdtemp(join(tmpdir(), "headgate-conformance-backends-"));
  const runs = SUITES.map(async ({ revision, flags }): Promise<[string, ConformanceRun]> => [
    revision,
    await runConformance(fixtures[0]!.url, flags),
  ]);
  direct = new Map(await Promise.all(runs));
});

afterAll(async () => {
  await Promise.all(fixtures.map((fixture) => fixture.close()));
  await rm(scratch, { recursive: true, force: true });
});

function everything(index: number): Backend {
  return { name: `everything-${index}`, transport: "streamable-http", url: fixtures[index]!.url };
}

function stdio(name: string, program: { command: string; args: string[] }, env = {}): Backend {
  return { name, transport: "stdio", ...program, env };
}

// Names stay as the scenarios know them: the first backend in order keeps a name that several have.
function configOf(backends: Backend[]): object {
  const priorityOrder = backends.map(({ name }) => name);
  return {
    name: "conformance",
    groupRef: "conformance",
    incomingAuth: { type: "anonymous" },
    outgoingAuth: { source: "inline", default: { type: "unauthenticated" } },
    aggregation: { conflictResolution: "priority", conflictResolutionConfig: { priorityOrder } },
    backends,
  };
}

// `from` names one tool of each backend, to see that all of them have joined before the suite starts.
const SETUPS: { setup: string; from: string[]; backends: () => Backend[] }[] = [
  {
    setup: "one backend",
    from: ["test_simple_text"],
    backends: () => [everything(0)],
  },
  {
    setup: "four backends, three of them real servers",
    from: ["test_simple_text", "echo", "read_graph", "list_directory"],
    backends: () => [
      everything(0),
      stdio("reference", npmServer("@modelcontextprotocol/server-everything", "stdio")),
      stdio("memory", npmServer("@modelcontextprotocol/server-memory"), {
        MEMORY_FILE_PATH: join(scratch, "memory.jsonl"),
      }),
      stdio("filesystem", npmServer("@modelcontextprotocol/server-filesystem", scratch)),
    ],
  },
  {
    setup: "two backends with all names in common",
    from: ["test_simple_text"],
    backends: () => [everything(0), everything(1)],
  },
];

async function toolNames(url: string): Promise<string[]> {
  const client = new Client({ name: "conformance-setup", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  try {
    return (await client.listTools()).tools.map(({ name }) => name);
  } finally {
    await client.close();
  }
}

describe.each(SETUPS)("through the gateway on $setup", ({ backends, from }) => {
  let gateway: StartedGateway;

  beforeAll(async () => {
    gateway = await startGateway({ config: configOf(backends()) });
  });

  afterAll(() => gateway.stop());

  test("every backend has joined", { timeout: 30_000 }, async () => {
    await expect
      .poll(() => toolNames(gateway.url), { timeout: 20_000 })
      .toEqual(expect.arrayContaining(from));
  });

  test.concurrent.each(SUITES)(
    "no check of $revision is lost against the backend itself",
    { timeout: 60_000 },
    async ({ revision, flags }) => {
      const through = await runConformance(gateway.url, flags);
      const gone = lost(direct.get(revision)!, through).filter((check) => check !== NOT_STREAMED);
      expect({ rc: through.rc, complaints: complaints(through), gone }).toEqual({
        rc: 0,
        complaints: [],
        gone: [],
      });
    },
  );
});
