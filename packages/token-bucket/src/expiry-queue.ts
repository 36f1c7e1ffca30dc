/** What the queue orders: `tat` moves while queued, `dueMicros` is the TAT as of its last placement. */
export interface Expiring {
  tat: number;
  dueMicros: number;
}

/**
 * A binary heap by expiry that is put right lazily: a charge only moves a TAT later, so the order is corrected when an
 * entry comes to the top, and a charge costs nothing here.
 */
export class ExpiryQueue<Entry extends Expiring> {
  #heap: Entry[] = [];

  add(entry: Entry): void {
    entry.dueMicros = entry.tat;
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
  }

  /** Removes and returns an entry whose TAT has passed, if there is one. */
  takeExpired(nowMicros: number): Entry | undefined {
    const first = this.#first();
    return first !== undefined && first.tat <= nowMicros ? this.#removeFirst() : undefined;
  }

  /** The TAT of the `count`-th entry to expire of those not in `except`; the queue must hold that many. */
  nthExpiry(count: number, except: readonly (Entry | undefined)[]): number {
    const removed: Entry[] = [];
    let expiry = 0;
    for (let found = 0; found < count && this.#first() !== undefined;) {
      const entry = this.#removeFirst() as Entry;
      removed.push(entry);
      if (except.includes(entry)) continue;
      expiry = entry.tat;
      found += 1;
    }
    for (const entry of removed) this.add(entry);
    return expiry;
  }

  /** Orders everything anew, for when TATs have moved earlier. */
  reorder(correct: (entry: Entry) => void): void {
    for (const entry of this.#heap) {
      correct(entry);
      entry.dueMicros = entry.tat;
    }
    this.#heap.sort((a, b) => a.dueMicros - b.dueMicros);
  }

  #first(): Entry | undefined {
    let first = this.#heap[0];
    while (first !== undefined && first.dueMicros < first.tat) {
      first.dueMicros = first.tat;
      this.#sink();
      first = this.#heap[0];
    }
    return first;
  }

  #removeFirst(): Entry | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((heap[parent] as Entry).dueMicros <= (heap[index] as Entry).dueMicros) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let least = index;
      for (let child = 2 * index + 1; child <= 2 * index + 2 && child < heap.length; child++) {
        if ((heap[child] as Entry).dueMicros < (heap[least] as Entry).dueMicros) least = child;
      }
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    const moved = heap[a] as Entry;
    heap[a] = heap[b] as Entry;
    heap[b] = moved;
  }
}
