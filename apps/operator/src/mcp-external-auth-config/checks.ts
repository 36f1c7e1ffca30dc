import { MCPExternalAuthConfig } from "@headgate/api/kinds";
import { formProblems } from "../config-kind/form.ts";
import type { Verdict } from "../config-kind/judge.ts";
import { authServerProblems, identityAdvice } from "./auth-server.ts";
import { awsStsProblems } from "./aws-sts.ts";

/** What is wrong with an MCPExternalAuthConfig. */
export function checkExternalAuthConfig({ spec }: Pick<MCPExternalAuthConfig, "spec">): Verdict {
  const form = formProblems(MCPExternalAuthConfig, spec);
  if (spec === undefined || form.length > 0) return { problems: form };
  if (spec.type === "obo") {
    // The reference says so too, by this reason, which tools look for.
    return {
      problems: ["spec.type is obo, the on-behalf-of grant, which is not supported"],
      reason: "EnterpriseRequired",
    };
  }
  if (spec.awsSts !== undefined) return { problems: awsStsProblems(spec.awsSts) };
  if (spec.embeddedAuthServer === undefined) return { problems: [] };
  return {
    problems: authServerProblems(spec.embeddedAuthServer, "spec.embeddedAuthServer"),
    advice: [identityAdvice(spec.embeddedAuthServer)],
  };
}
