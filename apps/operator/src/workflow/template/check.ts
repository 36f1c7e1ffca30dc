import { Pipeline, type Scope, TemplateMistake } from "./pipeline.ts";
import { actionsOf, type Token } from "./tokens.ts";

/** What a template reads, and what is wrong with it. */
export interface CheckedTemplate {
  /** In words that follow its place; undefined when Go's `text/template` would take it. */
  readonly problem?: string;
  /** The paths that it reads from its data: `.steps.search.output` as its three names. */
  readonly references: readonly (readonly string[])[];
}

interface Block {
  readonly keyword: string;
  /** How many variables were known before it. */
  readonly variables: number;
  hasElse: boolean;
}

const LONGEST = 1_048_576;

/** Checks the syntax of a template, and that all functions and variables in it exist; renders nothing. */
export function checkTemplate(template: string): CheckedTemplate {
  if (template.length > LONGEST) return { problem: "is too long a template", references: [] };
  const taken = actionsOf(template);
  if (!taken.ok) return { problem: taken.problem, references: [] };
  const scope: Scope = { variables: ["$"], references: [] };
  try {
    const blocks: Block[] = [];
    for (const action of taken.actions) checkAction(action, scope, blocks);
    const open = blocks.at(-1);
    if (open !== undefined) throw new TemplateMistake(`{{${open.keyword}}} has no {{end}}`);
    return { references: scope.references };
  } catch (error) {
    if (!(error instanceof TemplateMistake)) throw error;
    return { problem: error.message, references: scope.references };
  }
}

function checkAction(tokens: readonly Token[], scope: Scope, blocks: Block[]): void {
  const rest = new Pipeline(tokens, scope);
  const keyword = ["if", "range", "with", "define", "block"].find((word) => rest.takeWord(word));
  if (keyword !== undefined) beginBlock(keyword, rest, scope, blocks);
  else if (rest.takeWord("else")) checkElse(rest, scope, blocks);
  else if (rest.takeWord("end")) endBlock(rest, scope, blocks);
  else if (rest.takeWord("template")) checkCall(rest);
  else if (rest.takeWord("break") || rest.takeWord("continue")) {
    rest.end("break or continue");
    if (!blocks.some((block) => block.keyword === "range")) {
      throw new TemplateMistake("break and continue stand only within {{range}}");
    }
  } else rest.pipeline("an action");
}

function beginBlock(keyword: string, rest: Pipeline, scope: Scope, blocks: Block[]): void {
  const { length: variables } = scope.variables;
  if (keyword === "define") {
    if (blocks.length > 0) throw new TemplateMistake("{{define}} cannot stand within a block");
    rest.takeName("{{define}}");
    rest.end("the name in {{define}}");
  } else {
    if (keyword === "block") rest.takeName("{{block}}");
    rest.pipeline(keyword);
  }
  blocks.push({ keyword, variables, hasElse: false });
}

function checkElse(rest: Pipeline, scope: Scope, blocks: readonly Block[]): void {
  const block = blocks.at(-1);
  if (block === undefined || !["if", "range", "with"].includes(block.keyword) || block.hasElse) {
    throw new TemplateMistake("{{else}} stands where there is nothing to choose from");
  }
  const again = ["if", "with"].find((word) => rest.takeWord(word));
  if (again === undefined) {
    rest.end("{{else}}");
    block.hasElse = true;
  } else if (again === block.keyword) rest.pipeline(again);
  else throw new TemplateMistake(`{{else ${again}}} cannot follow {{${block.keyword}}}`);
}

function endBlock(rest: Pipeline, scope: Scope, blocks: Block[]): void {
  rest.end("{{end}}");
  const block = blocks.pop();
  if (block === undefined) throw new TemplateMistake("{{end}} ends nothing");
  scope.variables.length = block.variables;
}

function checkCall(rest: Pipeline): void {
  rest.takeName("{{template}}");
  if (!rest.atEnd()) rest.pipeline("template");
}
