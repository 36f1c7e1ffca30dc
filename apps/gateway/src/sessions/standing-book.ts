import type { KeptEntry } from "./session-events.ts";
import { readSender, type Sender } from "./stream-entry.ts";

/** Messages that are remembered because their reader may turn out not to have got them. */
const MAX_REMEMBERED = 256;

/** From where on a process reads the standing stream. */
interface BookOptions {
  /** This process. */
  readonly tag: string;
  /** The number of its claim with which it begins; what it claimed before is over. */
  readonly since: number;
  /** The client says what it saw last, so that all that came after is for it, whoever had it. */
  readonly resumes: boolean;
}

/**
 * Reads who of several processes has the client's newest connection, as it stands in the standing stream itself: so all
 * agree on who delivers which message, and each is delivered once.
 */
class StandingBook {
  readonly #options: BookOptions;
  /** Who has a connection of the client, the newest last. */
  #holders: string[] = [];
  /** Messages that came while nobody had one. */
  #unheard: KeptEntry[] = [];
  /** Messages that were for another process to deliver, by process, until it says how far it came. */
  #handed: Map<string, KeptEntry[]> | undefined;
  /** The newest entry of each sender; one that was not sure to be kept is kept twice. */
  readonly #numbers = new Map<string, number>();
  /** What this process said to the client itself, which may have been kept all the same. */
  #said: Set<number> | undefined;
  #begun = false;
  /** The lists of which the client was told last, by whom that may be. */
  mark: string | undefined;

  constructor(options: BookOptions) {
    this.#options = options;
  }

  /** Who delivers messages. */
  get holder(): string | undefined {
    return this.#holders.at(-1);
  }

  /** Whether messages are for this process to deliver. */
  get holds(): boolean {
    return this.#begun && this.#holders.at(-1) === this.#options.tag;
  }

  /** Notes that this process says a message itself that is not sure to be kept; false when it was kept and read. */
  say({ tag, number }: Sender): boolean {
    if (number <= (this.#numbers.get(tag) ?? -1)) return false;
    const said = (this.#said ??= new Set());
    said.add(number);
    if (said.size > MAX_REMEMBERED) said.delete(said.values().next().value ?? -1);
    return true;
  }

  /** Reads the next entry; what is to be delivered here now. */
  take(kept: KeptEntry): readonly KeptEntry[] {
    const sender = readSender(kept.entry.head);
    if (sender.number <= (this.#numbers.get(sender.tag) ?? -1)) return [];
    this.#numbers.set(sender.tag, sender.number);
    if (sender.tag === this.#options.tag && this.#said?.delete(sender.number)) return [];
    switch (kept.entry.kind) {
      case "message":
        return this.#message(kept);
      case "claim":
        return this.#claimed(sender, kept);
      case "held":
        return this.#held(sender, kept);
      case "release":
        return this.#released(sender, kept);
      case "last":
      case "prime":
      case "end":
        return [];
    }
  }

  #message(kept: KeptEntry): readonly KeptEntry[] {
    if (this.holds) return [kept];
    return this.#assign([kept]);
  }

  #claimed({ tag, number }: Sender, { entry }: KeptEntry): readonly KeptEntry[] {
    const { tag: own, since } = this.#options;
    const isOwn = tag === own && number >= since;
    this.#putOnTop(tag);
    if (!isOwn) {
      this.mark = entry.text;
      return this.#handOver();
    }
    this.#begun = true;
    return this.#handOver();
  }

  #held({ tag }: Sender, { entry }: KeptEntry): readonly KeptEntry[] {
    this.mark = entry.text;
    if (this.#holders.at(-1) === tag) return [];
    this.#putOnTop(tag);
    return this.#handOver();
  }

  #released({ tag }: Sender, { entry }: KeptEntry): readonly KeptEntry[] {
    const [delivered = "0", mark] = entry.text.split(" ");
    this.#holders = this.#holders.filter((holder) => holder !== tag);
    this.mark = mark;
    const handed = this.#handed?.get(tag) ?? [];
    this.#handed?.delete(tag);
    return this.#assign(handed.filter(({ sequence }) => sequence > Number(delivered)));
  }

  #putOnTop(tag: string): void {
    // Not spread, which would leave room for many more.
    this.#holders = this.#holders.filter((holder) => holder !== tag).concat(tag);
  }

  /** What nobody was there for is for who is now. */
  #handOver(): readonly KeptEntry[] {
    const unheard = this.#unheard;
    this.#unheard = [];
    return this.#assign(unheard);
  }

  /** Messages that are for who has the newest connection; those that are to be delivered here. */
  #assign(messages: readonly KeptEntry[]): readonly KeptEntry[] {
    if (this.holds) return messages;
    const holder = this.#holders.at(-1);
    const isFree = holder === undefined || (this.#options.resumes && !this.#begun);
    const place = isFree ? this.#unheard : (this.#handed?.get(holder) ?? []);
    for (const message of messages) remember(place, message);
    if (!isFree) (this.#handed ??= new Map()).set(holder, place);
    return [];
  }
}

function remember(messages: KeptEntry[], message: KeptEntry): void {
  messages.push(message);
  if (messages.length > MAX_REMEMBERED) messages.shift();
}

export { StandingBook };
