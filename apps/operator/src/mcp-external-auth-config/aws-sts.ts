import type { MCPExternalAuthConfig } from "@headgate/api/kinds";

type AwsSts = NonNullable<NonNullable<MCPExternalAuthConfig["spec"]>["awsSts"]>;

/** What is wrong with which role a caller gets. */
export function awsStsProblems({ fallbackRoleArn, roleMappings = [] }: AwsSts): string[] {
  if ((fallbackRoleArn ?? "") === "" && roleMappings.length === 0) {
    return ["spec.awsSts needs fallbackRoleArn or roleMappings: without them no caller has a role"];
  }
  return roleMappings.flatMap(({ claim, matcher }, index) => {
    if ((claim === undefined) !== (matcher === undefined)) return [];
    return [`spec.awsSts.roleMappings[${index}] needs either claim or matcher, and not both`];
  });
}
