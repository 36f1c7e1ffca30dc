import { createHash } from "node:crypto";

/** A Lua script and the name that Redis knows it by. */
export interface Script {
  readonly text: string;
  /** Of the text, in hexadecimal. */
  readonly sha1: string;
}

/** Makes a script of its text. */
export function defineScript(text: string): Script {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}
