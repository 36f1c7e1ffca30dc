import { afterAll, beforeAll, expect, test } from "vitest";
import { startEcho } from "../fixtures/echo/listen.ts";
import type { Echo } from "../fixtures/echo/listen.ts";
import { httpWire } from "../wire/http-wire.ts";
import { compare } from "./subject.ts";

let echo: Echo;

beforeAll(async () => {
  echo = await startEcho();
});

afterAll(() => echo.close());

// Numbers that lose something when they are read as doubles and written again, and strings in many writings.
const ODD = String.raw`{"n":1.0,"e":1e3,"E":1E+2,"neg":-0.0,"small":0.10,"big":9007199254740993,"huge":123456789012345678901234567890.5e-3,
  "s":"caf\u00e9 \ud83d\ude00 \/ \t\n\" line\u2028sep é 😀","":[[],{},null,true,[1.50]],"x-unknown":{"deep":[{"er":1.0}]}}`;

// Beyond what a gateway holds of an answer: this one is passed on in pieces.
const LARGE = Array.from({ length: 20_000 }, (_, n) => `"é",${n}.0`).join();

const CAPABILITIES = {
  sampling: { "x-mode": 1.5 },
  roots: { listChanged: true },
  experimental: { "example.com/a": { b: [1] } },
};

test("numbers, strings and unknown members survive in both directions, in every form of answer", async () => {
  const { direct, through } = await compare(
    {
      direct: httpWire(echo.url),
      backend: { transport: "streamable-http", url: echo.url },
      heard: ["notifications/message", "notifications/example.com/unknown"],
    },
    () => ({
      capabilities: CAPABILITIES,
      answers: {
        "sampling/createMessage": () => `{"model":"m","x-unknown":${ODD},"_meta":{"n":1.0}}`,
      },
    }),
    async (script) => {
      await script.lists();
      const meta = `{"progressToken":"tök\\u0065n","example.com/x":${ODD},"traceparent":"00-0-0-00"}`;
      for (const name of [
        "as_json",
        "as_pretty_json",
        "as_stream",
        "as_pretty_stream",
        "with_notices",
        "with_question",
        "as_error",
        "as_failed_result",
      ]) {
        await script.callRaw(
          name,
          `{"name":"$name","arguments":${ODD},"_meta":${meta},"x-param":1.0}`,
        );
        await script.callRaw(name, ` { "x-first" : 1e0 ,\r\n\t"name" :\n"$name" } `);
      }
      await script.callRaw("with_notices", `{"name":"$name","_meta":{"progressToken":7.0}}`);
      for (const name of ["as_json", "as_stream", "with_notices"])
        await script.callRaw(name, `{"name":"$name","arguments":{"many":[${LARGE}]}}`);
      const prompt = `{"name":"${script.prefix}plain","arguments":{"a":"\\u0061"},"_meta":${meta}}`;
      await script.ask("prompt", "prompts/get", prompt);
      await script.ask(
        "read",
        "resources/read",
        `{"uri":"echo:\\/\\/one","_meta":${meta},"x":1.0}`,
      );
      await script.ask("read template", "resources/read", `{"uri":"echo://item/4%2F2","x":${ODD}}`);
      const argument = `"argument":{"name":"a","value":"v","x":1.0},"context":{"arguments":{"b":"c"}},"x-p":1e1`;
      const names = `"ref":{"type":"ref/prompt","name":"${script.prefix}plain","title":"T","x":1.0}`;
      await script.ask("complete prompt", "completion/complete", `{${names},${argument}}`);
      const template = `"ref":{"type":"ref/resource","uri":"echo://item/{id}","x":1.0}`;
      await script.ask("complete template", "completion/complete", `{${argument},${template}}`);
      // Each notification is a POST of its own to the server, so only its arrival says what comes before what.
      for (const method of ["notifications/roots/list_changed", "notifications/example.com/odd"]) {
        const before = echo.headersOf(method).length;
        await script.peer.notify(method, ODD);
        await echo.arrived(method, before + 1);
      }
      await script.call("session_facts");
    },
  );
  expect(through).toEqual(direct);
  expect(direct.length).toBeGreaterThan(25);
});
