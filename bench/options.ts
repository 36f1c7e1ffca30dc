import { parseArgs } from "node:util";
import type { Target } from "./machine/target.ts";
import { LONG, QUICK, USUAL, type Scale } from "./scale.ts";

/** What a run was asked to do. */
export interface Options {
  readonly scale: Scale;
  readonly only: readonly string[] | undefined;
  readonly peers: readonly Target[];
  readonly floor: boolean;
  readonly ownGateway: boolean;
  readonly backendSessions: boolean;
  readonly firstPort: number | undefined;
}

/** What `--help` says. */
export const USAGE = `npm run bench -- [options]

  --quick               under a minute; to see a mistake, not to compare by
  --long                as the bars are stated: 40 s of arrivals, a minute of load
  --only a,b            families: calls, limited, lists, connects, sessions, returned, arrivals, starts
  --peer name=URL,pid   another gateway in the same run (calls, lists, connects, arrivals);
                        put it in front of the servers on --backend-port and the two ports after it,
                        and on core 0 (taskset -c 0), where our own gateway runs
  --floor               also a bare relay on node:http and undici, as the least such a relay costs
  --backend-port PORT   where the three servers listen; any free ports when omitted
  --backend-sessions    the servers give out session ids
  --no-gateway          leave our own gateway out
`;

/** Reads the command line; throws with one sentence when it makes no sense. */
export function parseOptions(args: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      quick: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      only: { type: "string" },
      peer: { type: "string", multiple: true, default: [] },
      floor: { type: "boolean", default: false },
      gateway: { type: "boolean", default: true },
      "backend-port": { type: "string" },
      "backend-sessions": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const port = values["backend-port"];
  return {
    scale: values.quick ? QUICK : values.long ? LONG : USUAL,
    only: values.only?.split(","),
    peers: values.peer.map(parsePeer),
    floor: values.floor,
    ownGateway: values.gateway,
    backendSessions: values["backend-sessions"],
    firstPort: port === undefined ? undefined : Number(port),
  };
}

function parsePeer(text: string): Target {
  const parts = /^(?<name>[^=]+)=(?<url>https?:\/\/.+?)(?:,(?<pid>\d+))?$/.exec(text)?.groups;
  if (parts === undefined) throw new Error(`--peer ${text} is not of the form name=URL,pid`);
  const pid = parts["pid"];
  return {
    name: parts["name"] ?? "",
    url: parts["url"] ?? "",
    pid: pid === undefined ? undefined : Number(pid),
  };
}
