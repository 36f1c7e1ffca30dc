import { templateParts, type Expression } from "./template-parts.ts";

/** How many steps a search over many templates may still take; without any left nothing matches. */
interface Effort {
  left: number;
}

/** Whether a URI may be an expansion of the template; takes from `effort` what it cost to find out. */
type UriMatcher = (uri: string, effort: Effort) => boolean;

const MAX_URI_LENGTH = 4096;

/** One state of the automaton: it takes a character and moves on, or (without `takes`) moves on by itself. */
interface State {
  readonly takes?: (code: number) => boolean;
  readonly next: number[];
}

/**
 * A matcher for an RFC 6570 template (all four levels), or `undefined` when the text is no valid template
 * or too large. It is meant to find an owner, so it takes somewhat more than exact expansions: values of
 * any length and alphabet short of the delimiters, and parameters in any order. It runs in time
 * proportional to the length of the URI whatever the template, as nothing is ever tried twice; URIs over
 * 4096 characters match nothing.
 */
function uriMatcher(template: string): UriMatcher | undefined {
  const parts = templateParts(template);
  if (parts === undefined) return undefined;
  const head = typeof parts[0] === "string" ? parts[0] : "";
  const states: State[] = [{ next: [] }];
  // Built from the end, so that every part knows where it leads; state 0 is the end.
  const start = parts
    .slice(head === "" ? 0 : 1)
    .reduceRight<number>(
      (next, part) =>
        typeof part === "string" ? literal(states, part, next) : expression(states, part, next),
      0,
    );
  return (uri, effort) =>
    uri.length <= MAX_URI_LENGTH &&
    uri.startsWith(head) &&
    reachesEnd(states, start, uri.slice(head.length), effort);
}

function reachesEnd(
  states: readonly State[],
  start: number,
  rest: string,
  effort: Effort,
): boolean {
  const seenAt = new Int32Array(states.length).fill(-1);
  const enter = (into: number[], first: number, at: number) => {
    const stack = [first];
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      if (seenAt[state] === at) continue;
      seenAt[state] = at;
      const { takes, next } = states[state] ?? { next: [] };
      if (takes === undefined && state !== 0) stack.push(...next);
      else into.push(state);
    }
  };
  let current: number[] = [];
  enter(current, start, 0);
  for (let at = 0; at < rest.length && current.length > 0; at++) {
    effort.left -= current.length;
    if (effort.left < 0) return false;
    const reached: number[] = [];
    const code = rest.charCodeAt(at);
    for (const state of current) {
      const { takes, next } = states[state] ?? { next: [] };
      if (takes?.(code)) for (const one of next) enter(reached, one, at + 1);
    }
    current = reached;
  }
  return current.includes(0);
}

function expression(states: State[], { operator, variables, exploded }: Expression, next: number) {
  switch (operator) {
    case "":
      // Strictly an exploded list is joined by commas, but servers write {path*} for a path of any depth.
      return many(states, exploded ? noneOf("?#") : noneOf("/?#"), next);
    case "+":
      return many(states, () => true, next);
    case "#":
      return led(
        states,
        "#",
        many(states, () => true, next),
        next,
      );
    case ".":
      return led(states, ".", many(states, noneOf("/?#"), next), next);
    case "/":
      return segments(states, exploded ? Infinity : variables.length, next);
    case ";":
    case "?":
    case "&":
      return parameters(states, { operator, variables, exploded }, next);
    default:
      return operator satisfies never;
  }
}

function segments(states: State[], count: number, next: number): number {
  const segment = noneOf("/?#");
  if (count === Infinity) {
    const loop = add(states, [next]);
    states[loop]?.next.push(literal(states, "/", many(states, segment, loop)));
    return loop;
  }
  let start = next;
  for (let nth = 0; nth < count; nth++)
    start = led(states, "/", many(states, segment, start), next);
  return start;
}

/** `?a=1&b=2` and the like: any of the named parameters, in any order, or none at all. */
function parameters(states: State[], { operator, variables, exploded }: Expression, next: number) {
  const separator = operator === ";" ? ";" : "&";
  const value = noneOf(operator === ";" ? ";/?#" : "&#");
  const after = add(states, [next]);
  const equals = literal(states, "=", many(states, value, after));
  const named = add(states, [equals, after]);
  const pair = add(
    states,
    exploded
      ? [many(states, noneOf("=&;/?#"), named)]
      : variables.map((variable) => literal(states, variable, named)),
  );
  states[after]?.next.push(literal(states, separator, pair));
  return led(states, operator, pair, next);
}

/** `mark` and then what starts at `body`, or nothing at all. */
function led(states: State[], mark: string, body: number, next: number): number {
  return add(states, [literal(states, mark, body), next]);
}

function many(states: State[], takes: (code: number) => boolean, next: number): number {
  const loop = add(states, [next]);
  states[loop]?.next.push(add(states, [loop], takes));
  return loop;
}

function literal(states: State[], text: string, next: number): number {
  let start = next;
  for (let at = text.length - 1; at >= 0; at--) {
    const wanted = text.charCodeAt(at);
    start = add(states, [start], (code) => code === wanted);
  }
  return start;
}

function add(states: State[], next: number[], takes?: (code: number) => boolean): number {
  return states.push(takes ? { takes, next } : { next }) - 1;
}

function noneOf(delimiters: string): (code: number) => boolean {
  const codes = new Set(Array.from(delimiters, (one) => one.charCodeAt(0)));
  return (code) => !codes.has(code);
}

export { uriMatcher, type Effort, type UriMatcher };
