import { type ApiClient, ControllerError } from "@headgate/controller";

/** A client whose process dies at one of its requests. */
export interface CuttableClient {
  readonly client: ApiClient;
  /** What every request so far was for, lists and watches left out. */
  readonly requests: readonly ("read" | "write")[];
  /** Resolves when the request came at which it dies. */
  readonly died: Promise<void>;
}

/** Where a process dies: before it sends the request of a number, from 1, or before it hears the answer. */
export interface Death {
  readonly at: number;
  readonly when: "before it is sent" | "before it is answered";
}

/** A client that does nothing any more from its death on. */
export function cuttable(real: ApiClient, death: Death | undefined): CuttableClient {
  const died = Promise.withResolvers<void>();
  const requests: ("read" | "write")[] = [];
  let isDead = false;
  const cut = async <T>(what: "read" | "write", request: () => Promise<T>): Promise<T> => {
    if (isDead) throw new ControllerError("unreachable", "the process is dead");
    requests.push(what);
    if (requests.length !== death?.at) return request();
    isDead = true;
    if (death.when === "before it is answered") await request().catch(() => undefined);
    died.resolve();
    throw new ControllerError("unreachable", "the process died");
  };
  return {
    client: {
      ...real,
      get: (...args) => cut("read", () => real.get(...args)),
      create: (...args) => cut("write", () => real.create(...args)),
      replace: (...args) => cut("write", () => real.replace(...args)),
      patch: (...args) => cut("write", () => real.patch(...args)),
      delete: (...args) => cut("write", () => real.delete(...args)),
    },
    requests,
    died: died.promise,
  };
}
