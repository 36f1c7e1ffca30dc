import { expect, test } from "vitest";
import { configOf, http } from "./config.ts";
import { startGateway } from "./start.ts";

const CANARY = "canary-that-is-no-key-at-all";

test("a key for sessions that is none is refused before the gateway listens, without showing it", async () => {
  const starting = startGateway({
    config: configOf([http("b", "http://127.0.0.1:9/mcp")], {
      sessionStorage: { provider: "redis", address: "127.0.0.1:9" },
    }),
    env: { HEADGATE_SESSION_KEY: CANARY },
  });
  const refusal = await starting.then(
    async (gateway) => {
      await gateway.stop();
      return "it started";
    },
    (error: Error) => `${error.message}\n${String(error.cause)}`,
  );
  expect(refusal).toContain(
    "headgate could not start: HEADGATE_SESSION_KEY must be 32 bytes in base64",
  );
  expect(refusal).not.toContain(CANARY);
  expect(refusal).not.toContain('"listening"');
});
