import type { SessionStore } from "@headgate/session-store";

/** A store that tells what each of its operations came to. */
function measuredStore(
  store: SessionStore,
  asked: (operation: string, outcome: string) => void,
): SessionStore {
  const told =
    <Args extends unknown[], Outcome extends { readonly outcome: string }>(
      operation: string,
      act: (...args: Args) => Promise<Outcome>,
    ) =>
    async (...args: Args): Promise<Outcome> => {
      const result = await act(...args);
      asked(operation, result.outcome);
      return result;
    };
  return {
    create: told("create", (...args) => store.create(...args)),
    read: told("read", (id) => store.read(id)),
    peek: told("peek", (id) => store.peek(id)),
    update: told("update", (...args) => store.update(...args)),
    end: told("end", (id) => store.end(id)),
    restoreMissing: told("restore", (...args) => store.restoreMissing(...args)),
  };
}

export { measuredStore };
