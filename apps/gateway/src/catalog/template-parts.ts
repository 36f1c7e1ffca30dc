type Operator = "" | "+" | "#" | "." | "/" | ";" | "?" | "&";

/** One `{…}` of a template. */
interface Expression {
  readonly operator: Operator;
  readonly variables: readonly string[];
  /** Whether any of its variables carries the explode modifier `*`. */
  readonly exploded: boolean;
}

const MAX_LENGTH = 512;
const MAX_VARIABLES = 32;

// Hyphens are not in RFC 6570's names, but servers use them.
const VARIABLE = /^([\w.%-]+)(\*|:[1-9]\d{0,3})?$/;

/** The literals and expressions of an RFC 6570 template in order; `undefined` when malformed, over 512 characters or over 32 variables. */
function templateParts(template: string): (string | Expression)[] | undefined {
  if (template.length > MAX_LENGTH) return undefined;
  const parts: (string | Expression)[] = [];
  let variables = 0;
  for (const piece of template.split(/(\{[^{}]*\})/)) {
    if (piece === "") continue;
    if (!piece.startsWith("{") || !piece.endsWith("}")) {
      if (/[{}]/.test(piece)) return undefined;
      parts.push(piece);
      continue;
    }
    const expression = expressionOf(piece.slice(1, -1));
    if (expression === undefined) return undefined;
    variables += expression.variables.length;
    parts.push(expression);
  }
  return variables > MAX_VARIABLES ? undefined : parts;
}

function expressionOf(body: string): Expression | undefined {
  const first = body.slice(0, 1);
  const operator = isOperator(first) ? first : "";
  const variables: string[] = [];
  let exploded = false;
  for (const spec of body.slice(operator.length).split(",")) {
    const [, name, modifier] = VARIABLE.exec(spec) ?? [];
    if (name === undefined) return undefined;
    variables.push(name);
    exploded ||= modifier === "*";
  }
  return { operator, variables, exploded };
}

function isOperator(first: string): first is Exclude<Operator, ""> {
  return first !== "" && "+#./;?&".includes(first);
}

export { templateParts, type Expression };
