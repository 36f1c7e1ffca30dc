/** A number that one labelled series stands at; adding to it is all that it costs on the data path. */
class Cell {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }

  set(value: number): void {
    this.value = value;
  }
}

/** Counts observations by size; observing costs a scan of its bounds and three additions. */
class Distribution {
  readonly bounds: readonly number[];
  /** One count for each bound, and one for what is above them all; not cumulative. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    counts[index] = (counts[index] ?? 0) + 1;
    this.sum += value;
  }
}

/** One labelled series and where it stands. */
interface Series<State> {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: State;
}

const MAX_SERIES = 2_000;
const MAX_LABEL_BYTES = 128;

/**
 * All series of one metric. `of` is a lookup to be made once per thing measured, not per measurement.
 * From the 2,000th on, new series share one whose labels are all `other`.
 */
class Family<State> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly #make: () => State;
  readonly #series = new Map<string, Series<State>>();

  constructor(name: string, help: string, labelNames: readonly string[], make: () => State) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    this.#make = make;
    if (labelNames.length === 0) this.of();
  }

  /** The state of the series with these label values, in the order of the label names. */
  of(...values: readonly string[]): State {
    const short = values.map((value) => labelValue(value));
    const key = short.join("\u0000");
    const known = this.#series.get(key);
    if (known) return known.state;
    if (this.#series.size >= MAX_SERIES) return this.#create(this.labelNames.map(() => "other"));
    return this.#create(short);
  }

  all(): Iterable<Series<State>> {
    return this.#series.values();
  }

  #create(values: readonly string[]): State {
    const key = values.join("\u0000");
    const known = this.#series.get(key);
    if (known) return known.state;
    const labels = Object.fromEntries(
      this.labelNames.map((name, index) => [name, values[index] ?? ""]),
    );
    const state = this.#make();
    this.#series.set(key, { labels, state });
    return state;
  }
}

/** A label value of at most 128 bytes; a longer one is cut and ends in `...`. */
function labelValue(value: string): string {
  if (value.length * 3 <= MAX_LABEL_BYTES || Buffer.byteLength(value) <= MAX_LABEL_BYTES)
    return value;
  let cut = value.slice(0, MAX_LABEL_BYTES - 3);
  while (Buffer.byteLength(cut) > MAX_LABEL_BYTES - 3) cut = cut.slice(0, -1);
  // A cut between the halves of a pair leaves a half that is no character.
  return `${cut.toWellFormed().replace(/\uFFFD$/, "")}...`;
}

export { Cell, Distribution, Family, labelValue, type Series };
