import type { Cursor } from "./cursor.ts";

const VARIABLES = new Set(["principal", "action", "resource", "context"]);

/** Reads an expression. */
export function readExpression(cursor: Cursor): void {
  cursor.deeper(() => {
    if (!cursor.take("if")) return readOr(cursor);
    readExpression(cursor);
    cursor.expect("then");
    readExpression(cursor);
    cursor.expect("else");
    readExpression(cursor);
  });
}

/** Reads the name of a type, of an entity or of a function: names with `::` between them. */
export function readPath(cursor: Cursor, what: string): void {
  cursor.name(what);
  while (cursor.stands("::") && cursor.isName(1)) {
    cursor.skip();
    cursor.skip();
  }
}

/** Reads an entity: the name of its type, and its id in quotes. */
export function readEntity(cursor: Cursor): void {
  readPath(cursor, 'an entity such as Client::"somebody"');
  cursor.expect("::");
  cursor.text("the id of an entity");
}

function readOr(cursor: Cursor): void {
  do readAnd(cursor);
  while (cursor.take("||"));
}

function readAnd(cursor: Cursor): void {
  do readRelation(cursor);
  while (cursor.take("&&"));
}

function readRelation(cursor: Cursor): void {
  readSum(cursor);
  if (cursor.take("has")) {
    if (cursor.is("string")) cursor.skip();
    else {
      do cursor.name("the name of an attribute");
      while (cursor.take("."));
    }
  } else if (cursor.take("like")) cursor.text("a pattern");
  else if (cursor.take("is")) {
    readPath(cursor, "a type");
    if (cursor.take("in")) readSum(cursor);
  } else if (cursor.take("==", "!=", "<", "<=", ">", ">=", "in")) readSum(cursor);
}

function readSum(cursor: Cursor): void {
  do readProduct(cursor);
  while (cursor.take("+", "-"));
}

function readProduct(cursor: Cursor): void {
  do readUnary(cursor);
  while (cursor.take("*"));
}

function readUnary(cursor: Cursor): void {
  while (cursor.take("!", "-"));
  readMember(cursor);
}

function readMember(cursor: Cursor): void {
  readPrimary(cursor);
  for (;;) {
    if (cursor.take(".")) {
      cursor.name("the name of an attribute");
      if (cursor.take("(")) readList(cursor, ")");
    } else if (cursor.take("[")) {
      cursor.text("the name of an attribute");
      cursor.expect("]");
    } else return;
  }
}

function readPrimary(cursor: Cursor): void {
  if (cursor.is("string") || cursor.is("number")) cursor.skip();
  else if (cursor.take("true", "false")) return;
  else if (cursor.take("(")) {
    readExpression(cursor);
    cursor.expect(")");
  } else if (cursor.take("[")) readList(cursor, "]");
  else if (cursor.take("{")) readRecord(cursor);
  else readNamed(cursor);
}

// A variable, an entity or a call of a function.
function readNamed(cursor: Cursor): void {
  const { text } = cursor.peek();
  if (!cursor.isName()) cursor.fail("a value is missing");
  const isQualified = cursor.peek(1).text === "::";
  if (VARIABLES.has(text) && !isQualified) {
    cursor.skip();
    return;
  }
  readPath(cursor, "a value");
  if (cursor.take("::")) cursor.text("the id of an entity");
  else if (cursor.take("(")) readList(cursor, ")");
  else cursor.fail(`${JSON.stringify(text)} is neither a variable nor an entity nor a call`);
}

function readList(cursor: Cursor, end: string): void {
  while (!cursor.take(end)) {
    readExpression(cursor);
    if (!cursor.stands(end)) cursor.expect(",");
  }
}

function readRecord(cursor: Cursor): void {
  while (!cursor.take("}")) {
    if (cursor.is("string") || cursor.isName()) cursor.skip();
    else cursor.fail("the name of an attribute is missing");
    cursor.expect(":");
    readExpression(cursor);
    if (!cursor.stands("}")) cursor.expect(",");
  }
}
