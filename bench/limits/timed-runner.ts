import { defineScript, type RedisConnection, type Script } from "@headgate/redis";
import type { ScriptRunner } from "@headgate/token-bucket/redis";

/** A runner for requests of one bucket each, that tells which were admitted when. */
export interface TimedRunner extends ScriptRunner {
  /** To be told how many requests the next call is of, if it is more than one. */
  batchSent(size: number): void;
}

/**
 * Runs a test build of each script, which also tells the `now` it decided by: by the one clock that counts. `admitted`
 * hears of each call at which moment it admitted how many requests.
 */
export function timedRunner(
  redis: RedisConnection,
  admitted: (nowMicros: number, count: number) => void,
): TimedRunner {
  const builds = new Map<string, Script>();
  let nextSize = 1;
  return {
    batchSent: (size) => void (nextSize = size),
    async run(script, keys, args, options) {
      const size = nextSize;
      nextSize = 1;
      let build = builds.get(script.sha1);
      if (build === undefined) builds.set(script.sha1, (build = timedBuild(script.text)));
      const [now, reply] = (await redis.run(build, keys, args, options)) as [number, unknown];
      admitted(now, size - refusedIn(reply, size));
      return reply;
    },
  };
}

/** A batch lists those it refused, one by one; a single request that is refused has an answer at all. */
function refusedIn(reply: unknown, size: number): number {
  if (!Array.isArray(reply)) return 0;
  return size === 1 ? 1 : reply.length;
}

function timedBuild(text: string): Script {
  const clock = /^local now = .*$/m.exec(text);
  if (clock === null) throw new Error("the script does not read the clock as expected");
  const end = clock.index + clock[0].length;
  const body = `local function decide()${text.slice(end)}\nend`;
  return defineScript(`${text.slice(0, end)}\n${body}\nreturn {now, decide()}\n`);
}
