/** One sample of a metrics page. */
export type Sample = { name: string; labels: Record<string, string>; value: number };

/** Everything that a gateway measures, at one moment. */
export async function readMetrics(origin: string): Promise<Sample[]> {
  const page = await (await fetch(`${origin}/metrics`)).text();
  return page.split("\n").flatMap((line) => {
    const [, name, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]);
    return [{ name, labels: Object.fromEntries(pairs) as Sample["labels"], value: Number(value) }];
  });
}

/** The sum of a metric over all its label values. */
export function total(samples: readonly Sample[], metric: string): number {
  return samples.reduce((sum, { name, value }) => (name === metric ? sum + value : sum), 0);
}
