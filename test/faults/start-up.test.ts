import { expect, test } from "vitest";
import { startMisbehaving } from "../fixtures/misbehaving/listen.ts";
import { startGateway } from "../gateway/start.ts";
import { meanwhile } from "./bystander.ts";
import { configOf, httpBackend, stdioBackend } from "./gateway-config.ts";
import { eventsIn, Session } from "./session.ts";

/** `startupWait` of the gateway. */
const STARTUP_WAIT_MS = 2_000;

test("backends that are down or silent at the start hold nobody up, and join when they are there", async () => {
  const [well, silent, absent] = await Promise.all([
    startMisbehaving(),
    startMisbehaving({ at: { initialize: "hang" } }),
    startMisbehaving(),
  ]);
  await absent.close();
  const backends = [
    httpBackend("absent", absent.url),
    httpBackend("silent", silent.url),
    stdioBackend("mute", "mute"),
    httpBackend("well", well.url),
  ];
  const startedMs = performance.now();
  const gateway = await startGateway({ config: configOf(backends) });
  const session = await Session.open(gateway.url);
  try {
    expect(performance.now() - startedMs).toBeLessThan(STARTUP_WAIT_MS + 1_500);
    const askedMs = performance.now();
    const other = await Session.open(gateway.url);
    expect(performance.now() - askedMs).toBeLessThan(500);
    await other.close();
    expect((await session.call("absent_well")).error).toMatchObject({
      code: -32_602,
      message: "Unknown tool: absent_well",
    });
    const standing = await session.listen();
    await meanwhile(session, "well_well", async () => {
      const arrived = await startMisbehaving({ port: absent.port });
      try {
        for await (const { data } of eventsIn(standing))
          if (data?.includes("notifications/tools/list_changed")) break;
        const tools = await session.tools();
        expect(tools.slice(0, 1)).toEqual(["absent_well"]);
        expect(tools).toContain("well_well");
        expect((await session.call("absent_well")).result).toBeDefined();
      } finally {
        await arrived.close();
      }
    });
  } finally {
    await session.leave();
    const stoppingMs = performance.now();
    expect(await gateway.stop()).toBe(0);
    // Handshakes that are under way hold up the end no more than the start.
    expect(performance.now() - stoppingMs).toBeLessThan(6_000);
    await Promise.all([well.close(), silent.close()]);
  }
});
