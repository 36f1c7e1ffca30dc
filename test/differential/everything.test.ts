import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listenSteady, steadyServer } from "../fixtures/steady/server.ts";
import { httpWire } from "../wire/http-wire.ts";
import { sseWire } from "../wire/sse-wire.ts";
import { stdioWire } from "../wire/stdio-wire.ts";
import { ELICITED, capableClient, playEverything } from "./everything-script.ts";
import { compare } from "./subject.ts";
import type { Subject } from "./subject.ts";

const SERVER = "@modelcontextprotocol/server-everything";

let listening: { port: number; close: () => Promise<void> }[] = [];

beforeAll(async () => {
  listening = await Promise.all([
    listenSteady(SERVER, "streamableHttp"),
    listenSteady(SERVER, "sse"),
  ]);
});

afterAll(async () => {
  await Promise.all(listening.map(({ close }) => close()));
});

const SUBJECTS: Record<string, () => Subject> = {
  stdio: () => {
    const program = steadyServer(SERVER, "stdio");
    return { direct: stdioWire(program), backend: { transport: "stdio", ...program } };
  },
  "streamable HTTP": () => {
    const url = `http://127.0.0.1:${listening[0]!.port}/mcp`;
    return { direct: httpWire(url), backend: { transport: "streamable-http", url } };
  },
  "HTTP+SSE": () => {
    const url = `http://127.0.0.1:${listening[1]!.port}/sse`;
    return { direct: sseWire(url), backend: { transport: "sse", url } };
  },
};

describe("server-everything says the same through the gateway as directly", () => {
  test.concurrent.each(Object.keys(SUBJECTS))("over %s", { timeout: 40_000 }, async (transport) => {
    const { direct, through } = await compare(
      SUBJECTS[transport]!(),
      () => capableClient(...ELICITED),
      playEverything,
    );
    expect(through).toEqual(direct);
    expect(direct.length).toBeGreaterThan(60);
  });
});
