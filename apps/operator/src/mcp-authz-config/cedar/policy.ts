import { Cursor } from "./cursor.ts";
import { readEntity, readExpression, readPath } from "./expression.ts";
import { CedarMistake, cedarTokens } from "./tokens.ts";

const LONGEST = 262_144;

/** What is wrong with the grammar of a text of Cedar policies, with its line; undefined when nothing is. */
export function cedarProblem(text: string): string | undefined {
  if (text.length > LONGEST) return `is longer than ${LONGEST} characters`;
  try {
    const cursor = new Cursor(cedarTokens(text));
    do readPolicy(cursor);
    while (!cursor.is("end"));
    return undefined;
  } catch (error) {
    if (error instanceof CedarMistake) return error.message;
    throw error;
  }
}

function readPolicy(cursor: Cursor): void {
  while (cursor.take("@")) {
    if (!cursor.is("word")) cursor.fail("the name of an annotation is missing");
    cursor.skip();
    if (cursor.take("(")) {
      cursor.text("the value of an annotation");
      cursor.expect(")");
    }
  }
  if (!cursor.take("permit", "forbid")) cursor.fail("permit or forbid is missing");
  cursor.expect("(");
  readScope(cursor, "principal");
  cursor.expect(",");
  readAction(cursor);
  cursor.expect(",");
  readScope(cursor, "resource");
  cursor.take(",");
  cursor.expect(")");
  while (cursor.take("when", "unless")) {
    cursor.expect("{");
    readExpression(cursor);
    cursor.expect("}");
  }
  cursor.expect(";");
}

function readScope(cursor: Cursor, variable: "principal" | "resource"): void {
  cursor.expect(variable);
  if (cursor.take("is")) {
    readPath(cursor, "a type");
    if (cursor.take("in")) readTarget(cursor);
  } else if (cursor.take("==", "in")) readTarget(cursor);
}

function readTarget(cursor: Cursor): void {
  if (cursor.is("slot")) cursor.fail("a template cannot be used here: name an entity");
  readEntity(cursor);
}

function readAction(cursor: Cursor): void {
  cursor.expect("action");
  if (cursor.take("==")) readEntity(cursor);
  else if (cursor.take("in")) {
    if (!cursor.take("[")) return readEntity(cursor);
    while (!cursor.take("]")) {
      readEntity(cursor);
      if (!cursor.stands("]")) cursor.expect(",");
    }
  }
}
