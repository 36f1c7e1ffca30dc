import type { LimitedMethod } from "@headgate/ratelimit-types";
import { ownedBy, type Bucket } from "@headgate/token-bucket";
import { LRUCache } from "lru-cache";
import type { Caller } from "../identity/caller.ts";
import { isOver, isPerUser, type Limit, type LimitedRequest } from "./limit.ts";

/** The limits that apply to one request, in the order in which they are asked, and the buckets to ask. */
interface LimitSet {
  readonly limits: readonly Limit[];
  readonly buckets: readonly Bucket[];
}

/** Names whose limits are remembered, for each method and backend. */
const MAX_NAMES = 1_000;
/** A longer name is looked up each time, as remembering it would cost more. */
const MAX_NAME_LENGTH = 512;
/** Users whose buckets are remembered, once for each combination of limits that they meet. */
const MAX_USERS = 10_000;

const NONE: LimitSet = Object.freeze({ limits: [], buckets: [] });

/** Finds the limits of a request; what was found is remembered, within bounds. */
class LimitTable {
  readonly limits: readonly Limit[];
  readonly #byMethod: ReadonlyMap<string, MethodTable>;
  readonly #users = new LRUCache<string, LimitSet>({ max: MAX_USERS });

  constructor(limits: readonly Limit[]) {
    this.limits = limits;
    const methods = new Set(limits.flatMap(({ match }) => [...match.methods]));
    const combinations = new Combinations();
    this.#byMethod = new Map(
      [...methods].map((method) => [method, new MethodTable(method, limits, combinations)]),
    );
  }

  /** The limits that apply; `undefined` when none does. Per-user limits apply to callers that are somebody. */
  find(request: LimitedRequest, { userKey }: Caller): LimitSet | undefined {
    const found = this.#byMethod.get(request.method)?.find(request);
    if (found === undefined) return undefined;
    if (userKey === undefined || !found.perUser) return nonEmpty(found.shared);
    const key = `${found.id}:${userKey}`;
    const known = this.#users.get(key);
    if (known !== undefined) return known;
    const buckets = found.limits.map((limit) =>
      isPerUser(limit) ? ownedBy(limit.bucket, userKey) : limit.bucket,
    );
    const made = { limits: found.limits, buckets };
    this.#users.set(key, made);
    return made;
  }
}

function nonEmpty(set: LimitSet): LimitSet | undefined {
  return set.limits.length === 0 ? undefined : set;
}

/** Limits that apply together; names that meet the same ones share it. */
interface Combination {
  readonly id: number;
  readonly limits: readonly Limit[];
  readonly perUser: boolean;
  /** Those that apply to everybody. */
  readonly shared: LimitSet;
}

/** Makes each combination of limits once, as long as there are not too many to remember. */
class Combinations {
  readonly #known = new LRUCache<string, Combination>({ max: MAX_NAMES });
  readonly #indexes = new Map<Limit, number>();
  #next = 0;

  of(limits: readonly Limit[]): Combination {
    const key = limits.map((limit) => this.#indexOf(limit)).join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const everybody = limits.filter((limit) => !isPerUser(limit));
    const made: Combination = {
      id: this.#next++,
      limits,
      perUser: everybody.length < limits.length,
      shared:
        everybody.length === 0
          ? NONE
          : { limits: everybody, buckets: everybody.map(({ bucket }) => bucket) },
    };
    this.#known.set(key, made);
    return made;
  }

  #indexOf(limit: Limit): number {
    const known = this.#indexes.get(limit);
    if (known !== undefined) return known;
    this.#indexes.set(limit, this.#indexes.size);
    return this.#indexes.size - 1;
  }
}

/** The limits of one method. */
class MethodTable {
  readonly #candidates: readonly Limit[];
  readonly #combinations: Combinations;
  readonly #looksAtBackends: boolean;
  /** Where no limit looks at names or backends, the one answer to all requests. */
  readonly #constant: Combination | undefined;
  readonly #known = new Map<string, LRUCache<string, Combination>>();

  constructor(method: LimitedMethod, limits: readonly Limit[], combinations: Combinations) {
    this.#candidates = limits.filter(({ match }) => match.methods.has(method));
    this.#combinations = combinations;
    this.#looksAtBackends = this.#candidates.some(({ match }) => match.backends !== undefined);
    const looksAtNames = this.#candidates.some(({ match }) => match.names !== undefined);
    if (!looksAtNames && !this.#looksAtBackends) this.#constant = combinations.of(this.#candidates);
  }

  find(request: LimitedRequest): Combination {
    if (this.#constant !== undefined) return this.#constant;
    const { name = "", backend = "" } = request;
    if (name.length > MAX_NAME_LENGTH) return this.#look(request);
    const names = this.#namesOf(this.#looksAtBackends ? backend : "");
    const known = names.get(name);
    if (known !== undefined) return known;
    const found = this.#look(request);
    names.set(name, found);
    return found;
  }

  #namesOf(backend: string): LRUCache<string, Combination> {
    const known = this.#known.get(backend);
    if (known !== undefined) return known;
    const made = new LRUCache<string, Combination>({ max: MAX_NAMES });
    this.#known.set(backend, made);
    return made;
  }

  #look(request: LimitedRequest): Combination {
    return this.#combinations.of(this.#candidates.filter(({ match }) => isOver(match, request)));
  }
}

export { LimitTable, type LimitSet };
