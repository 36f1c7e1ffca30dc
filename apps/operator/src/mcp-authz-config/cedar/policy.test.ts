import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cedarProblem } from "./policy.ts";

const ALL = "permit(principal, action, resource)";

test.each([
  `${ALL};`,
  "forbid ( principal , action , resource , ) ;",
  `permit(principal == Client::"a", action == Action::"call_tool", resource == Tool::"read");`,
  `permit(principal in A::B::"group", action in [Action::"a", Action::"b"], resource in MCP::"x");`,
  `permit(principal is Client, action in Action::"all", resource is Tool in MCP::"x");`,
  `permit(principal, action in [], resource);`,
  `@id("one") @note permit(principal, action, resource);`,
  `${ALL} when { true } unless { false };`,
  `${ALL} when { resource.readOnlyHint == true };`,
  `${ALL} when { context.claim_groups.contains("admins") && context has claim_email };`,
  `${ALL} when { context has a.b && context has "odd name" };`,
  `${ALL} when { context["odd name"] like "*@example.com" };`,
  `${ALL} when { if context.a > 3 then !(principal in Group::"g") else -1 + 2 * 3 < 4 };`,
  `${ALL} when { ip("10.0.0.1").isInRange(ip("10.0.0.0/8")) };`,
  `${ALL} when { [1, "two", {three: 3, "four": [4],},].containsAny([]) };`,
  `${ALL} when { principal is Client in Group::"g" || principal == Client::"x" };`,
  `// a comment\n${ALL} // another\n;`,
  `${ALL}; ${ALL};`,
  `${ALL} when { "\\u{1F600} \\x41 \\n" != "" };`,
  `permit(principal, action == Namespace::Action::"a", resource) when { !-!-!!1 };`,
])("%s is a policy", (policy) => {
  expect(cedarProblem(policy)).toBeUndefined();
});

test.each([
  ["", "line 1: permit or forbid is missing before the end"],
  ["allow(principal, action, resource);", 'line 1: permit or forbid is missing before "allow"'],
  [ALL, 'line 1: ";" is missing before the end'],
  ["permit(principal, resource, action);", 'line 1: "action" is missing before "resource"'],
  ["permit(principal);", 'line 1: "," is missing before ")"'],
  ['permit(principal == "a", action, resource);', /an entity such as/],
  ["permit(principal == ?principal, action, resource);", /a template cannot be used/],
  ["permit(principal, action is Action, resource);", '"," is missing before "is"'],
  [`\n\n${ALL} when { };`, 'line 3: a value is missing before "}"'],
  [`${ALL} when { resource. };`, 'line 1: the name of an attribute is missing before "}"'],
  [`${ALL} when { a == b };`, '"a" is neither a variable nor an entity nor a call'],
  [`${ALL} when { 1 < 2 < 3 };`, '"}" is missing before "<"'],
  [`${ALL} when { "open };`, "a text that does not end"],
  [`${ALL} when { "\\q" == "" };`, "unknown escape"],
  [`${ALL} when { 99999999999999999999 > 1 };`, "too large a number"],
  [`${ALL} when { {in: 1} == 2 };`, "the name of an attribute is missing"],
  [`${ALL} when { true; `, '"}" is missing before ";"'],
  [`${ALL} when { a & b };`, '"&" cannot stand in a policy'],
  [`${ALL} when ${"{ ".padEnd(3_000, "(")};`, "nested too deeply"],
])("%s is none", (policy, problem) => {
  expect(cedarProblem(policy)).toMatch(problem);
});

test("whatever the text is, there is an answer", () => {
  const words = fc.constantFrom(
    ...'permit ( principal , action , resource ) when { } ; == in A::"x" has . [ ] true 1 !'.split(
      " ",
    ),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((all) => all.join(" ")),
      ),
      (text) => {
        expect(["string", "undefined"]).toContain(typeof cedarProblem(text));
      },
    ),
  );
});
