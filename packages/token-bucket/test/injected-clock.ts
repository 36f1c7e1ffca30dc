import { CLOCK_LINES } from "../src/redis/clock-lines.ts";
import type { Script, ScriptRunner } from "../src/redis/index.ts";
import { scriptOf } from "../src/redis/script-runner.ts";

/** A runner of the same scripts in a test build, in which the time is the last argument instead of the clock of Redis. */
export function withClock(runner: ScriptRunner, now: () => number): ScriptRunner {
  return {
    run: (script, keys, args, options) =>
      runner.run(testBuild(script), keys, [...args, String(now())], options),
  };
}

const builds = new Map<string, Script>();

function testBuild(script: Script): Script {
  let build = builds.get(script.sha1);
  if (build === undefined) {
    const text = script.text.replace(CLOCK_LINES.join("\n"), "local now = ARGV[#ARGV] + 0");
    if (text === script.text) throw new Error("the script has no clock lines to replace");
    build = scriptOf(text);
    builds.set(script.sha1, build);
  }
  return build;
}
