import type { ValidateCommand } from "./command.ts";
import { configOf, type World } from "./config-of.ts";
import { printProblems } from "./print-problems.ts";

/** What a command leaves behind: its texts for standard output and error, and the exit code. */
interface Report {
  readonly out: string;
  readonly err: string;
  readonly exitCode: 0 | 1;
}

/** Checks a configuration file and says what is wrong with it; exit code 1 when it cannot be used. */
async function validateReport(
  command: ValidateCommand,
  { colour, ...world }: World & { readonly colour: boolean },
): Promise<Report> {
  const outcome = await configOf(command, world);
  const { file } = outcome;
  if (outcome.ok) {
    const err = printProblems({ problems: outcome.warnings, severity: "warning", file, colour });
    return { out: `${command.file} is valid\n`, err, exitCode: 0 };
  }
  const { problems } = outcome;
  const count = `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
  const listed = printProblems({ problems, severity: "error", file, colour });
  return { out: "", err: `${listed}${command.file} is not valid: ${count}\n`, exitCode: 1 };
}

export { validateReport, type Report };
