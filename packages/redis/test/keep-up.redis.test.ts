import { startRedis } from "@headgate/redis-server-for-tests";
import { expect, onTestFinished, test } from "vitest";
import { openClient } from "../src/client.ts";
import { redisOptionsFromUrl } from "../src/index.ts";
import { settingsOf } from "../src/settings.ts";
import { disconnected } from "../src/state-of-client.ts";

test("a client that the library has ended is connected again, until it is closed", async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const closed = new AbortController();
  const client = openClient(settingsOf(redisOptionsFromUrl(server.url)), closed.signal);
  const ready = () => new Promise((resolve) => client.once("ready", resolve));
  await ready();
  for (let time = 0; time < 3; time++) {
    const again = ready();
    await disconnected(client);
    await again;
  }
  closed.abort();
  await disconnected(client);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(client.status).toBe("end");
});
