import type { Backend, Link } from "../backends/port.ts";
import type { SessionState } from "./session-state.ts";

/** Links to backends that have heard of this client from another process alone; never reject. */
function linkKnown(
  { backends: known }: SessionState,
  {
    backends,
    opened,
    link,
  }: {
    readonly backends: ReadonlyMap<string, Backend>;
    readonly opened: Iterable<[backend: string, link: Link]>;
    readonly link: (backend: string) => Link | Promise<Link>;
  },
): Promise<Link | undefined>[] {
  const open = new Set([...opened].map(([backend]) => backend));
  return [...known.keys()]
    .filter((name) => backends.has(name) && !open.has(name))
    .map(async (name) => {
      try {
        return await link(name);
      } catch {
        return undefined;
      }
    });
}

export { linkKnown };
