/** What may be over before its deadline. */
export interface Awaited {
  readonly isSettled: boolean;
}

const SLOTS = 256;

interface Entry<Item> {
  readonly item: Item;
  readonly dueTick: number;
}

/** What a wheel runs on; for tests. */
export interface WheelClock {
  /** Monotonic milliseconds. */
  now(): number;
  setTimeout(callback: () => void, delayMs: number): unknown;
  setImmediate(callback: () => void): unknown;
}

/**
 * One timer for the deadlines of all calls, to the millisecond. An item is not removed when it settles, but passed over
 * when it is due, so that a call costs one array push.
 *
 * Node runs timers before it reads sockets. After the event loop was held up, a timer would find calls late whose
 * replies have arrived: so what is due is looked at again after one turn, and only then called late.
 */
export class DeadlineWheel<Item extends Awaited> {
  readonly #clock: WheelClock;
  readonly #late: (item: Item) => void;
  readonly #slots: Entry<Item>[][] = Array.from({ length: SLOTS }, () => []);
  #count = 0;
  /** The last tick that was looked at. */
  #tick: number;
  /** The tick that the timer waits for; Infinity while there is none. */
  #armedTick = Number.POSITIVE_INFINITY;
  #generation = 0;

  constructor(clock: WheelClock, late: (item: Item) => void) {
    this.#clock = clock;
    this.#late = late;
    this.#tick = Math.floor(clock.now());
  }

  /** Sees to it that an item which is not settled at a time of the clock is reported late, once. */
  add(item: Item, dueMs: number): void {
    // An empty wheel has nothing to look at in the ticks that went by.
    if (this.#count === 0) this.#tick = Math.floor(this.#clock.now());
    const dueTick = Math.max(Math.floor(dueMs), this.#tick + 1);
    this.#slots[dueTick % SLOTS]?.push({ item, dueTick });
    this.#count += 1;
    if (dueTick < this.#armedTick) this.#arm(dueTick);
  }

  #arm(tick: number): void {
    this.#armedTick = tick;
    const generation = ++this.#generation;
    const delayMs = Math.max(1, Math.ceil(tick - this.#clock.now()));
    this.#clock.setTimeout(() => {
      // An earlier tick was armed in the meantime; its timer goes on from there.
      if (generation === this.#generation) this.#turn();
    }, delayMs);
  }

  #turn(): void {
    const nowTick = Math.floor(this.#clock.now());
    const due: Item[] = [];
    const last = Math.min(nowTick, this.#tick + SLOTS);
    for (let tick = this.#tick + 1; tick <= last; tick++) this.#collect(tick % SLOTS, nowTick, due);
    this.#tick = nowTick;
    this.#armedTick = Number.POSITIVE_INFINITY;
    if (this.#count > 0) this.#arm(this.#nextTick());
    if (due.length > 0) this.#clock.setImmediate(() => this.#report(due));
  }

  #collect(slot: number, nowTick: number, due: Item[]): void {
    const entries = this.#slots[slot];
    if (entries === undefined || entries.length === 0) return;
    const later = entries.filter((entry) => entry.dueTick > nowTick && !entry.item.isSettled);
    for (const { item, dueTick } of entries) {
      if (dueTick <= nowTick && !item.isSettled) due.push(item);
    }
    this.#count -= entries.length - later.length;
    this.#slots[slot] = later;
  }

  /** The first tick whose slot holds something, be it for a later round. */
  #nextTick(): number {
    for (let ahead = 1; ahead < SLOTS; ahead++) {
      if ((this.#slots[(this.#tick + ahead) % SLOTS]?.length ?? 0) > 0) return this.#tick + ahead;
    }
    return this.#tick + SLOTS;
  }

  #report(due: readonly Item[]): void {
    for (const item of due) if (!item.isSettled) this.#late(item);
  }
}
