/** What the gateway is to reach; orientation on a quiet two-core machine. */
export type Bar = { readonly atMost: number } | { readonly atLeast: number };

/** One measured quantity, for every target it was measured on. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** By target name: `direct`, `gateway`, a peer; or `operator`. */
  readonly values: Readonly<Record<string, number | undefined>>;
  readonly bar?: Bar | undefined;
}

/** Whether the value of what is measured, gateway or operator, reaches the bar; undefined without a bar or a value. */
export function reaches({ values, bar }: Figure): boolean | undefined {
  const value = values["gateway"] ?? values["operator"];
  if (bar === undefined || value === undefined || Number.isNaN(value)) return undefined;
  return "atMost" in bar ? value <= bar.atMost : value >= bar.atLeast;
}
