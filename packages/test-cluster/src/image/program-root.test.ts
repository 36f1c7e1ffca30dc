import { expect, test } from "vitest";
import { librariesIn } from "./program-root.ts";

test("finds libraries by their path, the loader too, and leaves out what is in no file", () => {
  const output = [
    "\tlinux-vdso.so.1 (0x00007ffd1a5f2000)",
    "\tlibdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f3c1c000000)",
    "\tlibstdc++.so.6 => /usr/lib/libstdc++.so.6 (0x00007f3c1bc00000)",
    "\t/lib64/ld-linux-x86-64.so.2 (0x00007f3c1c2aa000)",
  ].join("\n");
  expect(librariesIn(output)).toEqual([
    "/lib/x86_64-linux-gnu/libdl.so.2",
    "/usr/lib/libstdc++.so.6",
    "/lib64/ld-linux-x86-64.so.2",
  ]);
});
