import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { Cell, Distribution, Family } from "./series.ts";

/** Numbers that differ in one label. */
interface Counts {
  readonly label: string;
  readonly by: Readonly<Record<string, number>>;
}

/** The metrics of one gateway: families are written on the data path, and read out when somebody asks for the text. */
class MetricBook {
  readonly registry = new Registry();

  /** A family of numbers that only grow. */
  counter(name: string, help: string, labelNames: readonly string[] = []): Family<Cell> {
    const family = new Family(name, help, labelNames, () => new Cell());
    const counter = new Counter({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        counter.reset();
        for (const { labels, state } of family.all()) counter.inc(labels, state.value);
      },
    });
    return family;
  }

  /** A family of numbers that come and go. */
  gauge(name: string, help: string, labelNames: readonly string[] = []): Family<Cell> {
    const family = new Family(name, help, labelNames, () => new Cell());
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect() {
        gauge.reset();
        for (const { labels, state } of family.all()) gauge.set(labels, state.value);
      },
    });
    return family;
  }

  /** A number that is looked up whenever the registry is read. */
  reading(
    name: string,
    help: string,
    read: () => number,
    labels: Readonly<Record<string, string>> = {},
  ): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: Object.keys(labels),
      registers: [this.registry],
      collect: () => gauge.set(labels, read()),
    });
  }

  /** Numbers by a label that are looked up whenever the registry is read. */
  readings(
    name: string,
    help: string,
    label: string,
    read: () => ReadonlyMap<string, number>,
  ): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        gauge.reset();
        for (const [value, number] of read()) gauge.set({ [label]: value }, number);
      },
    });
  }

  /** Numbers that only grow and are counted elsewhere, by a label or without; looked up whenever the registry is read. */
  counted(name: string, help: string, read: () => number | Counts): void {
    const labelOf = (counts: number | Counts): string[] =>
      typeof counts === "number" ? [] : [counts.label];
    const counter: Counter = new Counter({
      name,
      help,
      labelNames: labelOf(read()),
      registers: [this.registry],
      collect() {
        counter.reset();
        const counts = read();
        if (typeof counts === "number") return counter.inc(counts);
        const { label, by } = counts;
        for (const [value, count] of Object.entries(by)) counter.inc({ [label]: value }, count);
      },
    });
  }

  /** A family of distributions over the given bounds. */
  histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
    bounds: readonly number[],
  ): Family<Distribution> {
    const family = new Family(name, help, labelNames, () => new Distribution(bounds));
    this.registry.registerMetric(new FamilyHistogram(family));
    return family;
  }
}

type HistogramObject = Awaited<ReturnType<Histogram["get"]>>;
type HistogramValue = HistogramObject["values"][number];

/** prom-client declares an enum for what is a string when it runs. */
const HISTOGRAM = "histogram" as unknown as HistogramObject["type"];

/** A histogram of prom-client that is read from our distributions, as it can only be observed into, at a cost per call. */
class FamilyHistogram extends Histogram {
  readonly #family: Family<Distribution>;

  constructor(family: Family<Distribution>) {
    const { name, help, labelNames } = family;
    super({ name, help, labelNames, registers: [] });
    this.#family = family;
  }

  override async get(): Promise<HistogramObject> {
    const { name, help } = this.#family;
    const values = [...this.#family.all()].flatMap((series) => this.#values(series));
    return { name, help, type: HISTOGRAM, aggregator: "sum", collect: () => undefined, values };
  }

  /** What the registry calls in place of `get` when it writes text. */
  async getForPromString(): Promise<HistogramObject> {
    return this.get();
  }

  #values(series: {
    labels: Readonly<Record<string, string>>;
    state: Distribution;
  }): HistogramValue[] {
    const { labels, state } = series;
    const { name } = this.#family;
    let count = 0;
    const buckets = state.counts.map((inBucket, index): HistogramValue => {
      count += inBucket;
      const le = state.bounds[index] ?? "+Inf";
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: state.sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

export { MetricBook };
