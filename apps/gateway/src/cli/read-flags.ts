import { parseArgs } from "node:util";
import { nearest, type Problem } from "@headgate/gateway-config";
import type { Flag } from "./flags.ts";

/** The words and flags of a command line. */
interface ReadFlags {
  readonly words: readonly string[];
  /** The values of each flag that was given; an empty text for a flag that takes none. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly Problem[];
}

/** Tells flags from words by a table of flags; every mistake is told at once. */
function readFlags(args: readonly string[], flags: readonly Flag[]): ReadFlags {
  const options = Object.fromEntries(
    flags.map(({ name, short, value }) => [
      name,
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        multiple: true,
        ...(short !== undefined && { short }),
      },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const words: string[] = [];
  const given = new Map<string, string[]>();
  const problems: Problem[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const flag = flags.find(({ name }) => name === token.name);
    const mistake = flag === undefined ? unknownFlag(token.rawName, flags) : misuse(flag, token);
    if (mistake !== undefined) problems.push(mistake);
    else given.set(token.name, [...(given.get(token.name) ?? []), token.value ?? ""]);
  }
  for (const { name, multiple } of flags) {
    if (multiple !== true && (given.get(name)?.length ?? 0) > 1) {
      problems.push({ path: `--${name}`, message: "may be given once only" });
    }
  }
  return { words, given, problems };
}

function unknownFlag(rawName: string, flags: readonly Flag[]): Problem {
  const near = nearest(
    rawName.replace(/^-+/, ""),
    flags.map(({ name }) => name),
  );
  return {
    path: rawName,
    message: "is not a known flag",
    hint: near === undefined ? "see headgate help" : `did you mean --${near}?`,
  };
}

interface GivenOption {
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function misuse(flag: Flag, { value, inlineValue }: GivenOption): Problem | undefined {
  const path = `--${flag.name}`;
  if (flag.value === undefined) {
    return value === undefined ? undefined : { path, message: "takes no value" };
  }
  // A value that looks like a flag is most likely the next flag, its own value forgotten.
  const missing = value === undefined || (inlineValue !== true && /^-./.test(value));
  if (!missing && value !== "") return undefined;
  return {
    path,
    message: `needs a value: --${flag.name} ${flag.value}`,
    ...(value !== undefined &&
      value !== "" && { hint: `if ${value} is meant, write ${path}=${value}` }),
  };
}

export { readFlags, type ReadFlags };
