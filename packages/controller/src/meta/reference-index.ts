/** Something that objects refer to by name, whether it exists or not. */
export interface Reference {
  /** Kind, with its group where that is needed to tell kinds apart. */
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** Who refers to what: tells which keys to run when something that is referred to comes, changes or goes. */
export class ReferenceIndex {
  readonly #targets = new Map<string, ReadonlySet<string>>();
  readonly #referrers = new Map<string, Set<string>>();

  /** How many referrers refer to anything. */
  get size(): number {
    return this.#targets.size;
  }

  /** Says all that a referrer refers to from now on, in place of what it did before. */
  set(referrer: string, references: Iterable<Reference>): void {
    const targets = new Set([...references].map(idOf));
    for (const target of this.#targets.get(referrer) ?? []) {
      if (!targets.has(target)) this.#forget(referrer, target);
    }
    for (const target of targets) {
      const referrers = this.#referrers.get(target);
      if (referrers === undefined) this.#referrers.set(target, new Set([referrer]));
      else referrers.add(referrer);
    }
    if (targets.size === 0) this.#targets.delete(referrer);
    else this.#targets.set(referrer, targets);
  }

  /** Forgets a referrer that is gone. */
  delete(referrer: string): void {
    this.set(referrer, []);
  }

  /** The referrers of something, in no order. */
  referrersOf(reference: Reference): readonly string[] {
    return [...(this.#referrers.get(idOf(reference)) ?? [])];
  }

  #forget(referrer: string, target: string): void {
    const referrers = this.#referrers.get(target);
    referrers?.delete(referrer);
    if (referrers?.size === 0) this.#referrers.delete(target);
  }
}

function idOf({ kind, namespace, name }: Reference): string {
  // No name of Kubernetes has a space in it.
  return `${kind} ${namespace ?? ""} ${name}`;
}
