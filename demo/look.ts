import { styleText } from "node:util";

/** How lines are written for whoever reads them. */
export type Look = {
  readonly paint: (style: Parameters<typeof styleText>[0], text: string) => string;
  /** Columns of a line. */
  readonly width: number;
};

/** A look with colours only where they are shown. */
export function lookFor({ colours, width }: { colours: boolean; width: number }): Look {
  return {
    paint: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
    width,
  };
}

/** A text of others on one line of at most so many characters, without anything that a terminal acts on. */
export function shortened(text: string, length: number): string {
  const characters = Array.from(text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim());
  if (characters.length <= length) return characters.join("");
  return `${characters
    .slice(0, length - 1)
    .join("")
    .trimEnd()}…`;
}

/** A number of things, in words. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
