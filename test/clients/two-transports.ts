import { startEcho } from "../fixtures/echo/listen.ts";
import type { Echo } from "../fixtures/echo/listen.ts";
import { startEverything } from "../fixtures/everything/listen.ts";
import type { Everything } from "../fixtures/everything/listen.ts";
import { steadyServer } from "../fixtures/steady/server.ts";
import { configOf, http, priority } from "../gateway/config.ts";
import { joined } from "../gateway/joined.ts";
import { startGateway } from "../gateway/start.ts";
import type { StartedGateway } from "../gateway/start.ts";

/** How the gateway names what its backends offer. */
export type Strategy = "prefix" | "priority";

/** A gateway over the fixture (`http`), the reference server as a child process (`stdio`), and the echo server (`echo`). */
export type TwoTransports = {
  gateway: StartedGateway;
  fixture: Everything;
  echo: Echo;
  /** The name under which clients see a tool or prompt of a backend. */
  named: (backend: "http" | "stdio" | "echo", name: string) => string;
  close: () => Promise<void>;
};

/** Starts it, and resolves when all backends have joined. */
export async function startTwoTransports(strategy: Strategy): Promise<TwoTransports> {
  const [fixture, echo] = await Promise.all([startEverything({ port: 0 }), startEcho()]);
  const program = steadyServer("@modelcontextprotocol/server-everything", "stdio");
  const backends = [
    http("http", fixture.url),
    { name: "stdio", transport: "stdio", ...program },
    http("echo", echo.url),
  ];
  const more = strategy === "priority" ? priority("http", "stdio", "echo") : {};
  const gateway = await startGateway({ config: configOf(backends, more) });
  await joined(gateway.origin);
  return {
    gateway,
    fixture,
    echo,
    named: (backend, name) => (strategy === "prefix" ? `${backend}_${name}` : name),
    close: async () => {
      await gateway.stop();
      await Promise.all([fixture.close(), echo.close()]);
    },
  };
}
