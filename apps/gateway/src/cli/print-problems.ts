import { styleText } from "node:util";
import type { Problem } from "@headgate/gateway-config";
import { excerptOf, visible } from "./excerpt.ts";

/** What is to be shown, and how. */
interface ProblemReport {
  readonly problems: readonly Problem[];
  readonly severity: "error" | "warning";
  /** The file the places are in. */
  readonly file?: { readonly name: string; readonly text: string } | undefined;
  /** Only where somebody looks at a terminal. */
  readonly colour: boolean;
}

/** The problems for a person to read: place, what is wrong, what to do, and the line; ends with a line break unless empty. */
function printProblems({ problems, severity, file, colour }: ProblemReport): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const label = paint(severity === "error" ? "red" : "yellow", severity);
  return problems
    .map(({ path, message, line, column, hint }) => {
      const place = placeOf(file?.name, line, column);
      const about = path === "" ? "" : `${paint("bold", visible(path))} `;
      const excerpt =
        file === undefined || line === undefined
          ? undefined
          : excerptOf(file.text, line, column ?? 1);
      const margin = `${line} | `.padStart(8);
      return [
        `${visible(place)}${label}: ${about}${visible(message)}`,
        ...(excerpt === undefined
          ? []
          : [
              paint("dim", margin) + excerpt.line,
              `${" ".repeat(margin.length)}${paint("red", excerpt.mark)}`,
            ]),
        ...(hint === undefined ? [] : [`    hint: ${visible(hint)}`]),
        "",
      ].join("\n");
    })
    .join("");
}

function placeOf(
  name: string | undefined,
  line: number | undefined,
  column: number | undefined,
): string {
  if (name === undefined) return "";
  return line === undefined ? `${name}: ` : `${name}:${line}:${column ?? 1}: `;
}

export { printProblems, type ProblemReport };
