import type { EvaluateCel } from "@headgate/kube-schema";
import { Environment } from "@marcbachmann/cel-js";

const environment = new Environment().registerVariable("self", "dyn");
const programs = new Map<string, ReturnType<Environment["parse"]>>();

/** Evaluates a rule as the API server would; each is parsed once. */
export const evaluateCel: EvaluateCel = (rule, self) => {
  const program = programs.get(rule) ?? environment.parse(rule);
  programs.set(rule, program);
  return program({ self }) === true;
};
