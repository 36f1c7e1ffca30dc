import type { Link } from "../backends/port.ts";
import type { ItemKind } from "../catalog/backend-catalog.ts";
import { changeTexts } from "../catalog/list-changes.ts";
import type { View } from "../catalog/view.ts";
import { OwnCatalogs, type ClassLists } from "./own-catalogs.ts";
import type { SessionContext } from "./session-context.ts";
import { withEntry, withoutEntry, type KeptState, type SessionState } from "./session-state.ts";

/** What a session's own lists need. */
interface OwnListsOptions {
  readonly context: Pick<SessionContext, "backends" | "others" | "listChanged"> & ClassLists;
  readonly classKey: string;
  readonly state: KeptState;
  link(backend: string): Link | Promise<Link>;
  /** Tells the client of changes, where no other process serves it. */
  announce(kinds: readonly ItemKind[]): void;
  /** Tells the client of them, whichever process it listens to. */
  notify(text: string): void;
}

/**
 * What backends offer to one session alone, the same in every process: each notes which backends do, and reads their
 * lists over the session's own links when another has found out that they changed.
 */
class OwnLists {
  readonly #options: OwnListsOptions;
  readonly #catalogs: OwnCatalogs;
  /** Which reading of each backend's lists this process has. */
  #seen: ReadonlyMap<string, number> = new Map();
  #recalling: Promise<unknown> | undefined;
  #closed = false;

  constructor(options: OwnListsOptions) {
    this.#options = options;
    this.#catalogs = new OwnCatalogs(options.context, options.classKey, (kinds, backend, isOwn) =>
      this.#changed(kinds, backend, isOwn),
    );
  }

  get view(): View {
    return this.#catalogs.view;
  }

  /** A backend told this session that lists changed. */
  listChanged(backend: string, link: Link): void {
    const { context, classKey } = this.#options;
    context.listChanged(classKey, backend);
    const scope = context.backends.get(backend)?.scope;
    if (scope !== "shared") this.#catalogs.changed(backend, link, scope === "session");
  }

  /** The backend began a new session: what it offered to the old one is over. */
  restarted(backend: string): void {
    this.#catalogs.restarted(backend);
  }

  /** The backend is not linked any more. */
  forget(backend: string): void {
    // Who closes all links leaves the lists to other processes.
    if (!this.#closed) this.#catalogs.forget(backend);
  }

  /** Sees what other processes have found; resolves when the lists are the same here, as far as they can be had. */
  async adopt({ own, backends }: SessionState): Promise<void> {
    const before = this.#seen;
    this.#seen = own;
    for (const backend of before.keys()) if (!own.has(backend)) this.#catalogs.recalled(backend);
    const changed = [...own].filter(
      ([backend, reading]) => backends.has(backend) && before.get(backend) !== reading,
    );
    this.#recalling = Promise.all([
      this.#recalling,
      ...changed.map(([backend]) => this.#recall(backend)),
    ]);
    await this.#recalling;
  }

  close(): void {
    this.#closed = true;
    this.#catalogs.close();
  }

  async #recall(backend: string): Promise<void> {
    try {
      await this.#catalogs.recall(backend, await this.#options.link(backend));
    } catch {
      // A backend that is away says nothing of its lists; its calls say why.
    }
  }

  #changed(kinds: readonly ItemKind[], backend: string, isOwn: boolean): void {
    const { context, state, announce, notify } = this.#options;
    if (context.others === undefined) return announce(kinds);
    if (this.#closed) return;
    const sharing = state.change((current) => ({
      ...current,
      own: isOwn
        ? withEntry(current.own, backend, (current.own.get(backend) ?? 0) + 1)
        : withoutEntry(current.own, backend),
    }));
    this.#seen = state.current.own;
    void sharing.then(({ own }) => {
      this.#seen = own;
      // Nobody else knows of it, so that the news is not left to the process that the client listens to.
      if (!this.#closed) for (const text of changeTexts(kinds)) notify(text);
    });
  }
}

export { OwnLists };
