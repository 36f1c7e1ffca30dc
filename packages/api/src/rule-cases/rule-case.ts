/** A value of a block or spec, as a manifest has it. */
export type Block = Readonly<Record<string, unknown>>;

/** Two specs on both sides of one rule. */
export interface RuleCase {
  readonly kind: string;
  /** Where the rule is, as the API server names the place: `spec.config.backends[0]`. */
  readonly at: string;
  readonly message: string;
  /** A spec that keeps every rule. */
  readonly accepted: Block;
  /** A spec that breaks this rule, and no other but those in `alongside`. */
  readonly refused: Block;
  /** Messages of rules that cannot be kept while this one is broken. */
  readonly alongside?: readonly string[];
}

/** A case of a block, whatever kind has it; `at` is relative to the block, with its own dot. */
export type BlockCase = Omit<RuleCase, "kind">;

/** Where a kind has a block, and how a spec is made that has it. */
export interface BlockPlace {
  readonly kind: string;
  readonly at: string;
  readonly spec: (block: Block) => Block;
}

/** The cases of a block in a place where a kind has it. */
export function casesAt({ kind, at, spec }: BlockPlace, cases: readonly BlockCase[]): RuleCase[] {
  return cases.map((one) => ({
    ...one,
    kind,
    at: `${at}${one.at}`,
    accepted: spec(one.accepted),
    refused: spec(one.refused),
  }));
}
