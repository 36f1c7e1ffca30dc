import { type Problem, suggestion } from "@headgate/gateway-config";
import { LimitedMethod } from "@headgate/ratelimit-types";
import { asked, type ParsedCommand, refused } from "./command.ts";
import type { ReadFlags } from "./read-flags.ts";

/** Methods that are about nothing with a name. */
const NAMELESS = /\/list$|^logging\//;

/** The words and flags of `limits` as a command. */
function limitsCommand({ words, given, problems: before }: ReadFlags): ParsedCommand {
  const problems = [...before, ...wordProblems(words)];
  const one = (flag: string): string | undefined => given.get(flag)?.[0];
  const file = one("config");
  if (file === undefined)
    problems.push(missing("--config", "headgate limits explain --config FILE --tool NAME"));
  const method = one("method") ?? "tools/call";
  problems.push(...methodProblems(method), ...nameProblems(method, one("tool"), one("name")));
  if (file === undefined || problems.length > 0) return refused(problems);
  const [name, backend, user] = [one("tool") ?? one("name"), one("backend"), one("user")];
  return asked({
    kind: "explain-limits",
    file,
    request: {
      method,
      ...(name !== undefined && { name }),
      ...(backend !== undefined && { backend }),
    },
    ...(user !== undefined && { user }),
  });
}

function wordProblems([word, ...stray]: readonly string[]): Problem[] {
  const expected = word === "explain" ? [] : [missing("explain", "headgate limits explain …")];
  return [
    ...expected,
    ...(word === "explain" ? stray : word === undefined ? [] : [word, ...stray]).map((path) => ({
      path,
      message: "is not expected here",
      hint: "see headgate help limits",
    })),
  ];
}

function methodProblems(method: string): Problem[] {
  if (LimitedMethod.safeParse(method).success) return [];
  const hint = suggestion(method, LimitedMethod.options);
  return [
    {
      path: "--method",
      message: "must be a method that can be limited",
      ...(hint !== undefined && { hint }),
    },
  ];
}

function nameProblems(
  method: string,
  tool: string | undefined,
  name: string | undefined,
): Problem[] {
  if (tool !== undefined && method !== "tools/call")
    return [{ path: "--tool", message: `does not go with ${method}; use --name` }];
  if (tool !== undefined && name !== undefined)
    return [{ path: "--name", message: "is the same as --tool here; give one of them" }];
  const given = tool ?? name;
  if (NAMELESS.test(method))
    return given === undefined
      ? []
      : [
          {
            path: "--name",
            message: `does not go with ${method}, which is about nothing with a name`,
          },
        ];
  if (given !== undefined) return [];
  return method === "tools/call"
    ? [missing("--tool", "headgate limits explain --config FILE --tool NAME")]
    : [missing("--name", `headgate limits explain --config FILE --method ${method} --name NAME`)];
}

function missing(path: string, form: string): Problem {
  return { path, message: `is missing: ${form}` };
}

export { limitsCommand };
