import { constants } from "node:os";
import { parseArgs } from "node:util";
import { DemoFailure } from "./failure.ts";
import { Interrupted } from "./interrupted.ts";
import { type DemoOptions, runDemo } from "./run.ts";

const DEFAULT_PORT = 4483;

const USAGE = `npm run demo -- [--once] [--port PORT]

  --once       play the story and exit
  --port PORT  the first port to try (${DEFAULT_PORT})
`;

/** What the demo's command line needs of the world. */
export type World = Omit<DemoOptions, "once" | "firstPort" | "print"> & {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
};

/** Runs the demo as its arguments ask; resolves to the exit code. */
export async function demoCommand(argv: readonly string[], world: World): Promise<number> {
  const asked = readArgs(argv);
  if (typeof asked === "string") {
    world.err(`demo: ${asked}\n\n${USAGE}`);
    return 2;
  }
  if (asked.help) {
    world.out(USAGE);
    return 0;
  }
  try {
    await runDemo({ ...world, ...asked, print: (line) => world.out(`${line}\n`) });
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 128 + constants.signals[error.signal];
    if (!(error instanceof DemoFailure)) throw error;
    world.err(`demo: ${error.message}\n`);
    return 1;
  }
}

type Asked = Pick<DemoOptions, "once" | "firstPort"> & { readonly help: boolean };

/** What the arguments ask for, or what is wrong with them. */
function readArgs(argv: readonly string[]): Asked | string {
  const options = {
    once: { type: "boolean", default: false },
    port: { type: "string", default: `${DEFAULT_PORT}` },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  try {
    const { once, port, help } = parseArgs({ args: [...argv], options }).values;
    const firstPort = Number(port);
    if (!/^\d{1,5}$/.test(port) || firstPort < 1 || firstPort > 65_535)
      return "--port must be a number from 1 to 65535";
    return { once, firstPort, help };
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}
