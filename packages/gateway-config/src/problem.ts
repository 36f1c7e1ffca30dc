/** Keys and indexes from the root of a configuration down to a place in it. */
type Path = readonly (string | number)[];

/** Something to tell a person about a place of a configuration. */
interface Finding {
  /** An error keeps the gateway from starting; a warning is for a person to weigh. */
  readonly severity: "error" | "warning";
  readonly path: Path;
  /** Whether the key itself is at fault, or what stands under it. */
  readonly at: "key" | "value";
  /** One sentence about the place; it never quotes a value that may be secret. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** A finding as it is shown: the place as text, with its line and column (from 1) in the file. */
interface Problem {
  readonly path: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
}

type About = { readonly hint?: string | undefined; readonly at?: "key" | "value" };

/** A finding that keeps the gateway from starting. */
function error(path: Path, message: string, about: About = {}): Finding {
  return finding("error", path, message, about);
}

/** A finding that lets the gateway start. */
function warning(path: Path, message: string, about: About = {}): Finding {
  return finding("warning", path, message, about);
}

function finding(
  severity: Finding["severity"],
  path: Path,
  message: string,
  { hint, at = "value" }: About,
): Finding {
  return { severity, path, at, message, ...(hint !== undefined && { hint }) };
}

/** The path as a person reads it: `backends[0].url`, `timeouts.perWorkload["my.server"]`. */
function pathText(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!/^[\w-]+$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** Whether the place is `outer` or lies within it. */
function isWithin(path: Path, outer: Path): boolean {
  return outer.every((step, index) => path[index] === step);
}

export { error, isWithin, pathText, warning, type Finding, type Path, type Problem };
