import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const run = promisify(execFile);
const module = join(import.meta.dirname, "../src/install.ts");

/** A machine with nothing but a shell and an apt-get that takes its time; answers the folder that is its PATH. */
async function bareMachine(aptGet: string): Promise<string> {
  const bin = await mkdtemp(join(tmpdir(), "bare-machine-"));
  onTestFinished(() => rm(bin, { recursive: true }));
  for (const program of ["sh", "env", "flock", "sleep", "touch", "chmod"]) {
    const found = await run("sh", ["-c", `command -v ${program}`]).catch(() => undefined);
    if (found !== undefined) await symlink(found.stdout.trim(), join(bin, program));
  }
  const scripts = { "apt-get": aptGet, sudo: 'shift; exec "$@"' };
  for (const [name, text] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

function install(bin: string) {
  const program = `import { installRedis } from ${JSON.stringify(module)}; await installRedis();`;
  const args = ["--input-type=module", "--eval", program];
  return run(process.execPath, args, { env: { PATH: bin, TMPDIR: bin } });
}

// macOS has none, and nothing there runs the tests twice at once.
const lock = await run("sh", ["-c", "command -v flock"]).catch(() => undefined);

test.for(lock === undefined ? [] : [3])(
  "%i runs that begin at once install once",
  async (count) => {
    const bin = await bareMachine(`
    here="\${0%/*}"
    echo "$@" >> "$here/log"
    sleep 0.2
    case "$*" in *install*)
      for name in redis-server redis-sentinel redis-cli openssl; do
        touch "$here/$name"; chmod +x "$here/$name"
      done
    esac`);
    await Promise.all(Array.from({ length: count }, () => install(bin)));
    const calls = (await readFile(join(bin, "log"), "utf8")).trim().split("\n");
    expect(calls).toHaveLength(2);
    expect(calls[1]).toMatch(/install .*redis-server redis-sentinel/);
  },
);

test("an installation that fails says why, and what to do", async () => {
  const bin = await bareMachine('echo "E: no network" >&2; exit 100');
  await expect(install(bin)).rejects.toThrow(/no network.*[Ii]nstall redis-server/s);
});
