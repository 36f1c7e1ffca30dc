import { CedarMistake, type CedarToken } from "./tokens.ts";

/** Words that are no names. */
const RESERVED = new Set([
  "true",
  "false",
  "if",
  "then",
  "else",
  "in",
  "is",
  "like",
  "has",
  "__cedar",
]);
const MOST_NESTED = 200;

/** A place in the pieces of a policy that moves on. */
export class Cursor {
  readonly #tokens: readonly CedarToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly CedarToken[]) {
    this.#tokens = tokens;
  }

  /** The piece at this place, or a later one. */
  peek(ahead = 0): CedarToken {
    const token = this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new CedarMistake("line 1: the policy is empty");
    return token;
  }

  /** Whether these pieces stand here, one after the other. */
  stands(...texts: readonly string[]): boolean {
    return texts.every((text, ahead) => {
      const token = this.peek(ahead);
      return (token.kind === "sign" || token.kind === "word") && token.text === text;
    });
  }

  /** Whether a piece of this kind stands here. */
  is(kind: CedarToken["kind"]): boolean {
    return this.peek().kind === kind;
  }

  /** Moves on. */
  skip(): CedarToken {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Moves on if one of these stands here. */
  take(...texts: readonly string[]): boolean {
    if (!texts.some((text) => this.stands(text))) return false;
    this.#at += 1;
    return true;
  }

  /** Moves on past what has to stand here. */
  expect(text: string): void {
    if (!this.take(text)) this.fail(`${JSON.stringify(text)} is missing`);
  }

  /** Moves on past a name. */
  name(what: string): void {
    if (!this.isName()) this.fail(`${what} is missing`);
    this.#at += 1;
  }

  /** Whether a name stands here. */
  isName(ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === "word" && !RESERVED.has(text);
  }

  /** Moves on past a text in quotes. */
  text(what: string): void {
    if (!this.is("string")) this.fail(`${what} in quotes is missing`);
    this.#at += 1;
  }

  /** Reads something that may contain itself; refuses what is nested without end. */
  deeper(read: () => void): void {
    this.#depth += 1;
    if (this.#depth > MOST_NESTED) this.fail("the expression is nested too deeply");
    read();
    this.#depth -= 1;
  }

  /** Throws a mistake at this place. */
  fail(message: string): never {
    const { line, text, kind } = this.peek();
    throw new CedarMistake(
      `line ${line}: ${message} before ${kind === "end" ? text : JSON.stringify(text)}`,
    );
  }
}
