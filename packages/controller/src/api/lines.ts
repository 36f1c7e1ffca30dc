import { ControllerError } from "./error.ts";

/** Cuts text that arrives in pieces into its lines, without empty ones; throws when a line is longer than the limit. */
export async function* linesOf(
  pieces: AsyncIterable<string>,
  maxLength: number,
): AsyncGenerator<string> {
  let begun = "";
  for await (const piece of pieces) {
    const parts = piece.split("\n");
    const last = parts.pop() ?? "";
    for (const part of parts) {
      const line = begun + part;
      begun = "";
      if (line !== "") yield line;
    }
    begun += last;
    if (begun.length > maxLength) {
      throw new ControllerError(
        "bad-answer",
        `The API server sent a line of more than ${maxLength} characters on a watch.`,
      );
    }
  }
  if (begun !== "") yield begun;
}
