import type { Limiter, Verdict } from "../layers/limiter.ts";

/** Limits that were asked about one request already, and say what came of it instead of deciding again. */
function askedAlready(verdict: Verdict | Promise<Verdict> | undefined): Pick<Limiter, "decide"> {
  // Nobody may come to wait for it: its session may be over, or the request be none.
  if (verdict instanceof Promise) verdict.catch(() => undefined);
  return { decide: () => verdict };
}

export { askedAlready };
