// `npm run demo`: the gateway over four real MCP servers, a short story with a real client, and then your turn.
import { fileURLToPath } from "node:url";
import { demoCommand } from "./command.ts";
import { Interrupted } from "./interrupted.ts";
import { lookFor } from "./look.ts";
import { demoServers } from "./servers.ts";

const { stdout, stderr, execPath, argv } = process;
const interruption = Promise.withResolvers<never>();
// Whoever runs waits for it; before and after that, there is nothing to break off.
interruption.promise.catch(() => undefined);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => interruption.reject(new Interrupted(signal)));
// Nobody reads on, as after `| head`.
stdout.on("error", () => interruption.reject(new Interrupted("SIGPIPE")));

process.exitCode = await demoCommand(argv.slice(2), {
  node: execPath,
  program: fileURLToPath(new URL("../apps/gateway/dist/main.js", import.meta.url)),
  servers: demoServers,
  look: lookFor({ colours: stdout.isTTY && stdout.hasColors(), width: stdout.columns ?? 100 }),
  interrupted: interruption.promise,
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
});
