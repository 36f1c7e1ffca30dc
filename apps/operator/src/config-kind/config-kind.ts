import type { Cached } from "../cluster/caches.ts";
import type { Referred } from "../cluster/references.ts";
import type { JudgedKind } from "../reconciler/judged-kind.ts";
import { type ConfigTerms, judgeConfig, type ObservedConfig } from "./judge.ts";
import { referrersOf } from "./referrers.ts";

/** The caches of kinds that are configurations and nothing else. */
export type ConfigCache = Exclude<Referred, "compositeToolDefinitions">;

/** What a kind of configuration is known by, and how it is judged. */
export interface ConfigKind<N extends ConfigCache> extends ConfigTerms<Cached<N>> {
  /** The plural of the kind. */
  readonly name: string;
  readonly of: N;
}

/** A kind of configuration: judged, guarded against deletion while anything refers to it, and nothing made of it. */
export function configKind<N extends ConfigCache>(
  kind: ConfigKind<N>,
): JudgedKind<N, ObservedConfig<Cached<N>>> {
  return {
    name: kind.name,
    of: kind.of,
    observe: (reads, config) => ({
      config,
      referrers: referrersOf(reads, kind.of, config.metadata),
    }),
    judge: (observed, nowMs) => judgeConfig(kind, observed, nowMs),
  };
}
