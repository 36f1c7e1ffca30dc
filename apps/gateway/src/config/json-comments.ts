/** JSON without the comments that editors allow in it; every other character keeps its line and column. */
function withoutJsonComments(text: string): string {
  const pieces = /"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
  return text.replace(pieces, (piece) =>
    piece.startsWith('"') ? piece : piece.replaceAll(/[^\n]/g, " "),
  );
}

export { withoutJsonComments };
