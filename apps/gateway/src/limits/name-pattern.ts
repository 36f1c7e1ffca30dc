/** Whether a name is one that the pattern is over. */
type NamePattern = (name: string) => boolean;

/** Positions that one word of a set holds. */
const WORD_BITS = 32;

/**
 * Compiles a glob in which `*` stands for any text and `?` for any one character; everything else stands for itself.
 * Matching takes time in proportion to the name, whatever the pattern: names come from callers.
 */
function namePattern(glob: string): NamePattern {
  const characters = Array.from(glob);
  const wild = characters.filter((character) => character === "*" || character === "?");
  if (wild.length === 0) return (name) => name === glob;
  if (wild.length === 1 && glob.endsWith("*")) {
    const start = glob.slice(0, -1);
    return (name) => name.startsWith(start);
  }
  return wildPattern(characters);
}

/** The union of several globs. */
function anyPattern(globs: readonly string[]): NamePattern {
  const patterns = globs.map(namePattern);
  const [only] = patterns;
  if (patterns.length === 1 && only !== undefined) return only;
  return (name) => patterns.some((matches) => matches(name));
}

/**
 * All the ways to match at once: bit `i` of a set says that what was read so far matches what stands before the
 * `i`-th character of the pattern. A star keeps its bit alive, and any other character moves it on.
 */
function wildPattern(characters: readonly string[]): NamePattern {
  const steps: string[] = [];
  const starred = new Set<number>();
  for (const character of characters) {
    if (character === "*") starred.add(steps.length);
    else steps.push(character);
  }
  const words = Math.floor(steps.length / WORD_BITS) + 1;
  const stars = setOf(words, starred);
  const any = placesOf(steps, "?", words);
  const byCharacter = new Map<string, Uint32Array>();
  for (const step of new Set(steps))
    if (step !== "?") byCharacter.set(step, union(placesOf(steps, step, words), any));
  const last = steps.length;
  return (name) => {
    const reached = setOf(words, [0]);
    for (const character of name) advance(reached, byCharacter.get(character) ?? any, stars);
    return ((reached[Math.floor(last / WORD_BITS)] ?? 0) & (1 << (last % WORD_BITS))) !== 0;
  };
}

/** Reads one character: what can move moves one place on, what stands at a star may stay. */
function advance(reached: Uint32Array, movable: Uint32Array, stars: Uint32Array): void {
  let carry = 0;
  for (let word = 0; word < reached.length; word++) {
    const held = reached[word] ?? 0;
    const moving = held & (movable[word] ?? 0);
    reached[word] = (moving << 1) | carry | (held & (stars[word] ?? 0));
    carry = moving >>> (WORD_BITS - 1);
  }
}

function placesOf(steps: readonly string[], wanted: string, words: number): Uint32Array {
  return setOf(
    words,
    steps.flatMap((step, place) => (step === wanted ? [place] : [])),
  );
}

function setOf(words: number, places: Iterable<number>): Uint32Array {
  const set = new Uint32Array(words);
  for (const place of places) {
    const word = Math.floor(place / WORD_BITS);
    set[word] = (set[word] ?? 0) | (1 << (place % WORD_BITS));
  }
  return set;
}

function union(one: Uint32Array, other: Uint32Array): Uint32Array {
  return one.map((bits, word) => bits | (other[word] ?? 0));
}

export { anyPattern, namePattern, type NamePattern };
