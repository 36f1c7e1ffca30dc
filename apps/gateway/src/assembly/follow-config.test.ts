import { expect, test } from "vitest";
import type { ConfigOutcome } from "../cli/config-of.ts";
import { ConfigFollower } from "./follow-config.ts";

function rig() {
  const file = { text: "first" };
  const taken: (string | undefined)[] = [];
  let reading = 0;
  let atOnce = 0;
  const follower = new ConfigFollower({
    text: "first",
    async read(): Promise<ConfigOutcome> {
      atOnce = Math.max(atOnce, ++reading);
      const { text } = file;
      await new Promise(setImmediate);
      reading--;
      return { ok: false, problems: [], file: { name: "f", text } };
    },
    reload: { take: (outcome) => void taken.push((outcome as ConfigOutcome).file?.text) },
  });
  return { follower, file, taken, most: () => atOnce };
}

test("a change that leaves the text as it is goes unnoticed", async () => {
  const { follower, file, taken } = rig();
  await follower.check();
  file.text = "second";
  await follower.check();
  await follower.check();
  expect(taken).toEqual(["second"]);
});

test("whoever asks for the file gets it read, whatever it says", async () => {
  const { follower, taken } = rig();
  await follower.reload();
  await follower.reload();
  expect(taken).toEqual(["first", "first"]);
});

test("the file is read once at a time, and the last reading is of its last text", async () => {
  const { follower, file, taken, most } = rig();
  const all = [follower.reload(), follower.check(), follower.reload()];
  file.text = "last";
  await Promise.all(all);
  expect(most()).toBe(1);
  expect(taken.at(-1)).toBe("last");
});
