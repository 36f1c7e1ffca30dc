import type { Link } from "../backends/port.ts";
import { memberText } from "../rpc/member-span.ts";
import type { Message } from "../rpc/message.ts";
import { notificationText } from "../rpc/reply.ts";

/** A backend that was not used for so long is not listened to, unless the client is subscribed there. */
const IDLE_MS = 5 * 60_000;
/** A process that the client does not listen to tells the others of use this often. */
const TELL_MS = 4 * 60_000;

/** By this method one process tells the others of use; no client and no backend sees it. */
const USED = "headgate/used";

/** What listening to backends needs. */
interface BackendListeningOptions {
  /** Whether the client listens here already. */
  readonly wanted: boolean;
  readonly now: () => number;
  opened(): Iterable<[backend: string, link: Link]>;
  /** Whether the client is subscribed to something of a backend. */
  subscribedTo(backend: string): boolean;
  /** Whether other processes know that this client uses a backend. */
  isKnown(backend: string): boolean;
  /** Opens a link to a backend that is not linked here. */
  link(backend: string): void;
  /** Tells the other processes, if there are any. */
  tell(text: string): void;
}

/** Which backends have somebody to listen to what they say of their own accord: a standing stream costs each a connection. */
class BackendListening {
  readonly #options: BackendListeningOptions;
  readonly #usedMs = new Map<string, number>();
  readonly #toldMs = new Map<string, number>();
  #wanted: boolean;

  constructor(options: BackendListeningOptions) {
    this.#options = options;
    this.#wanted = options.wanted;
  }

  /** Whether a backend is to keep its stream open. */
  wants(backend: string): boolean {
    if (!this.#wanted) return false;
    return !this.#isIdle(backend) || this.#options.subscribedTo(backend);
  }

  /** The client listens here, or no more. */
  listen(wanted: boolean): void {
    const nowMs = this.#options.now();
    // Those that are being linked are among these.
    if (wanted && !this.#wanted)
      for (const backend of this.#usedMs.keys()) this.#usedMs.set(backend, nowMs);
    this.#wanted = wanted;
    for (const [backend, link] of this.#options.opened()) link.listen(this.wants(backend));
  }

  /** The client uses a backend through this process. */
  used(backend: string): void {
    const nowMs = this.#options.now();
    const wasIdle = this.#wanted && this.#isIdle(backend);
    this.#usedMs.set(backend, nowMs);
    if (wasIdle) this.#reopen(backend);
    else if (!this.#wanted && nowMs - (this.#toldMs.get(backend) ?? -Infinity) > TELL_MS)
      this.#tell(backend, nowMs);
  }

  /** Takes what another process tells of use; false for any other message. */
  hear(message: Message): boolean {
    if (message.method !== USED) return false;
    const backend: unknown = JSON.parse(memberText(message.text, "params", "backend") ?? "null");
    if (typeof backend !== "string" || !this.#wanted) return true;
    const wasIdle = this.#isIdle(backend);
    this.#usedMs.set(backend, this.#options.now());
    if (wasIdle && !this.#reopen(backend)) this.#options.link(backend);
    return true;
  }

  /** Closes the streams of backends that are not used. */
  sweep(): void {
    if (!this.#wanted) return;
    for (const [backend, link] of this.#options.opened())
      if (!this.wants(backend)) link.listen(false);
  }

  #isIdle(backend: string): boolean {
    return this.#options.now() - (this.#usedMs.get(backend) ?? -Infinity) > IDLE_MS;
  }

  #reopen(backend: string): boolean {
    for (const [name, link] of this.#options.opened()) {
      if (name !== backend) continue;
      link.listen(true);
      return true;
    }
    return false;
  }

  /** Of a backend that is new to the session the others hear anyway. */
  #tell(backend: string, nowMs: number): void {
    this.#toldMs.set(backend, nowMs);
    const { isKnown, tell } = this.#options;
    if (isKnown(backend)) tell(notificationText(USED, JSON.stringify({ backend })));
  }
}

export { BackendListening };
