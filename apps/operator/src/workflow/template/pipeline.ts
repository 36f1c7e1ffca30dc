import type { Token } from "./tokens.ts";

/** The functions that templates of workflows may call: Go's own, and three more. */
const FUNCTIONS = new Set(
  "and call eq fromJson ge gt html index js json le len lt ne not or print printf println quote slice urlquery".split(
    " ",
  ),
);
const CONSTANTS = new Set(["true", "false", "nil"]);
const MOST_NESTED = 100;

/** What pipelines are checked against, and what is learnt from them. */
export interface Scope {
  /** The variables that are known, innermost last. */
  readonly variables: string[];
  /** The paths of fields that are read from the data, each as its names in order. */
  readonly references: (readonly string[])[];
}

/** A mistake in a template, in words that follow its place. */
export class TemplateMistake extends Error {}

type Operand = "constant" | "dot" | "other";

/** Reads one action's words, or what follows its keyword, from left to right. */
export class Pipeline {
  readonly #tokens: readonly Token[];
  readonly #scope: Scope;
  #at = 0;

  constructor(tokens: readonly Token[], scope: Scope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  /** The next token that is not a space, without taking it. */
  peek(): Token | undefined {
    this.#skipSpace();
    return this.#tokens[this.#at];
  }

  /** Takes the next token if it is a word of this text. */
  takeWord(text: string): boolean {
    const token = this.peek();
    if (token?.kind !== "word" || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  /** Takes a name in quotes. */
  takeName(after: string): void {
    if (this.peek()?.kind !== "string")
      throw new TemplateMistake(`${after} needs a name in quotes`);
    this.#at += 1;
  }

  /** Whether nothing is left but space. */
  atEnd(): boolean {
    return this.peek() === undefined;
  }

  /** Throws when anything is left. */
  end(after: string): void {
    const token = this.peek();
    if (token !== undefined) {
      throw new TemplateMistake(`${JSON.stringify(token.text)} cannot follow ${after}`);
    }
  }

  /** Reads a whole pipeline, with the variables that it declares; `range` may declare two. */
  pipeline(of: string): void {
    this.#scope.variables.push(...this.#declarations(of === "range"));
    this.#commands(of, 0);
    this.end("a pipeline");
  }

  #declarations(two: boolean): string[] {
    const start = this.#at;
    const names: string[] = [];
    for (;;) {
      const variable = this.peek();
      if (variable?.kind !== "variable") break;
      this.#at += 1;
      names.push(variable.text);
      const next = this.peek();
      if (next?.kind === "declare" || next?.kind === "assign") {
        this.#at += 1;
        // Go finds out only at run time that what is assigned was never declared.
        return names;
      }
      if (next?.kind !== "comma" || !two || names.length === 2) break;
      this.#at += 1;
    }
    this.#at = start;
    return [];
  }

  #commands(of: string, depth: number): void {
    if (depth > MOST_NESTED) throw new TemplateMistake("parentheses are nested too deeply");
    for (let stage = 0; ; stage += 1) {
      const first = this.#command(of, depth);
      if (stage > 0 && first !== "other") {
        throw new TemplateMistake("what follows | must be something to call");
      }
      if (this.peek()?.kind !== "pipe") return;
      this.#at += 1;
      // Go takes a pipe that leads nowhere.
      const next = this.peek();
      if (next === undefined || next.kind === "close") return;
    }
  }

  // Operands with space between them; the first one is called with the others.
  #command(of: string, depth: number): Operand {
    const first = this.#operand(depth);
    if (first === undefined) throw new TemplateMistake(`a value is missing in ${of}`);
    while (this.#tokens[this.#at]?.kind === "space" && this.#operand(depth) !== undefined);
    const next = this.peek();
    if (next !== undefined && next.kind !== "pipe" && next.kind !== "close") {
      throw new TemplateMistake(`${JSON.stringify(next.text)} cannot stand in a pipeline there`);
    }
    return first;
  }

  #operand(depth: number): Operand | undefined {
    const token = this.peek();
    if (token === undefined) return undefined;
    const { kind, text } = token;
    if (kind === "variable") return this.#variable(text);
    if (kind === "word") return this.#word(text);
    if (kind === "open") return this.#parenthesis(depth);
    if (kind === "field") {
      this.#scope.references.push(this.#fields());
      return "other";
    }
    const isConstant = kind === "string" || kind === "char" || kind === "number";
    if (!isConstant && kind !== "dot") return undefined;
    this.#at += 1;
    return isConstant ? "constant" : "dot";
  }

  #parenthesis(depth: number): Operand {
    this.#at += 1;
    this.#commands("parentheses", depth + 1);
    if (this.peek()?.kind !== "close") throw new TemplateMistake("a parenthesis is not closed");
    this.#at += 1;
    this.#fields();
    return "other";
  }

  #variable(name: string): Operand {
    this.#known(name);
    this.#at += 1;
    const fields = this.#fields();
    // `$` is the data itself.
    if (name === "$" && fields.length > 0) this.#scope.references.push(fields);
    return "other";
  }

  #word(name: string): Operand {
    if (!CONSTANTS.has(name) && !FUNCTIONS.has(name)) {
      throw new TemplateMistake(`there is no function ${JSON.stringify(name)}`);
    }
    this.#at += 1;
    if (CONSTANTS.has(name)) return "constant";
    this.#fields();
    return "other";
  }

  #known(name: string): void {
    if (!this.#scope.variables.includes(name)) {
      throw new TemplateMistake(`the variable ${name} is not declared`);
    }
  }

  // A chain such as `.steps.search.output`: nothing stands between its fields.
  #fields(): string[] {
    const names: string[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token?.kind !== "field") return names;
      names.push(token.text.slice(1));
      this.#at += 1;
    }
  }

  #skipSpace(): void {
    if (this.#tokens[this.#at]?.kind === "space") this.#at += 1;
  }
}
