import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEcho } from "../fixtures/echo/listen.ts";
import type { Echo } from "../fixtures/echo/listen.ts";
import { httpWire } from "../wire/http-wire.ts";
import { notificationText, resultText } from "../wire/http.ts";
import { at, readTree } from "../wire/json-tree.ts";
import { Peer } from "../wire/peer.ts";
import { openSession } from "../wire/session.ts";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";
import type { StartedGateway } from "./start.ts";

let echoes: Echo[];
let gateway: StartedGateway;

beforeAll(async () => {
  echoes = await Promise.all([startEcho(), startEcho()]);
  gateway = await startGateway({
    config: configOf(echoes.map(({ url }, n) => http(`e${n}`, url))),
  });
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all(echoes.map((echo) => echo.close()));
});

function ask(peer: Peer, backend: number, about: string) {
  return peer.request("tools/call", { name: `e${backend}_with_question`, arguments: { about } });
}

test("backends that ask under the same id get their own answers, in whatever order these come", async () => {
  const asked = new EventEmitter();
  let waiting = 0;
  const peers = await Promise.all(
    ["one", "two"].map((client) =>
      Peer.connect(httpWire(gateway.url), {
        capabilities: { sampling: {} },
        answers: {
          "sampling/createMessage": async (params) => {
            const about = at(params, "x-about", "about");
            // The last one asked answers first.
            const turn = ++waiting;
            if (turn < 4) await once(asked, `turn ${turn + 1}`);
            queueMicrotask(() => asked.emit(`turn ${turn}`));
            return JSON.stringify({ client, about });
          },
        },
      }),
    ),
  );
  const answers = await Promise.all(
    peers.flatMap((peer, client) =>
      echoes.map((_, backend) => ask(peer, backend, `${client}-${backend}`)),
    ),
  );
  expect(answers.map(({ result }) => at(result, "structuredContent"))).toEqual([
    { client: "one", about: "0-0" },
    { client: "one", about: "0-1" },
    { client: "two", about: "1-0" },
    { client: "two", about: "1-1" },
  ]);
  await Promise.all(peers.map((peer) => peer.close()));
});

test("a client's refusal reaches the backend as it is", async () => {
  const peer = await Peer.connect(httpWire(gateway.url), { capabilities: { sampling: {} } });
  const { result } = await ask(peer, 0, "refused");
  expect(at(result, "structuredContent")).toEqual(
    readTree('{"code":-32601,"message":"This client was not asked to answer that."}'),
  );
  await peer.close();
});

test("a question that the backend takes back is taken back by the id that the client knows", async () => {
  const never = new Promise<string>(() => undefined);
  const peer = await Peer.connect(httpWire(gateway.url), {
    capabilities: { sampling: {} },
    answers: { "sampling/createMessage": () => never },
  });
  await peer.request("tools/call", { name: "e0_with_withdrawn_question" });
  const question = await peer.next("sampling/createMessage");
  const takenBack = await peer.next("notifications/cancelled");
  expect(at(takenBack, "params", "requestId")).toEqual(question["id"]);
  expect(at(takenBack, "params", "reason")).toBe("never mind");
  await peer.close();
});

test("an answer to nothing that was asked goes nowhere", async () => {
  const session = await openSession(gateway.url, { capabilities: { sampling: {} } });
  await (await session.call(1, "e1_as_json")).text();
  const before = echoes[1]!.methods().length;
  for (const id of ["0", '"0"', '"headgate-1"', "1"])
    expect((await session.post(resultText(id, "{}"))).status).toBe(202);
  const mark = "notifications/example.com/mark";
  await session.post(notificationText(mark));
  await echoes[1]!.arrived(mark, 1);
  expect(echoes[1]!.methods().slice(before)).toEqual([mark]);
});
