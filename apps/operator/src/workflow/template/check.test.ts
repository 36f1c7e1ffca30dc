import { expect, test } from "vitest";
import { checkTemplate } from "./check.ts";

test.each([
  "plain text",
  "",
  "}} alone is text",
  "{{.params.topic}}",
  "{{ .steps.search.output.url }}",
  "{{- .params.topic -}}",
  "{{/* a comment with }} in it */}}",
  "{{- /* trimmed */ -}}",
  "{{$x := .a | $x}}",
  '{{if eq .params.kind "a"}}x{{else if not .params.kind}}y{{else}}z{{end}}',
  "{{range $i, $item := .params.list}}{{$i}}={{$item.name}}{{if $i}}{{break}}{{end}}{{end}}",
  "{{range .params.list}}{{.}}{{else}}none{{end}}",
  "{{with $x := .params.topic}}{{$x | printf `%s`}}{{end}}",
  "{{$x := 1}}{{$x = 2}}{{$x}}",
  "{{json .params | quote}}",
  "{{(fromJson .steps.a.output.text).field}}",
  '{{define "part"}}{{.}}{{end}}{{template "part" .params}}',
  '{{block "part" .}}x{{end}}',
  "{{printf \"%d %s\" 1.5 'a' | len}}",
  "{{and (gt .params.n -1) true}}",
  "{{index .params.list 0}}",
  "{{$.params.topic}}",
  "{{eq .params.a nil}}",
  '{{"}}"}}',
])("%j is a template", (template) => {
  expect(checkTemplate(template).problem).toBeUndefined();
});

test.each([
  ["{{.params.topic", "an action does not end with }}"],
  ["{{}}", "a value is missing in an action"],
  ["{{/* never ends", "a comment does not end with */}} at its first */"],
  ["{{upper .params.topic}}", 'there is no function "upper"'],
  ["{{$x}}", "the variable $x is not declared"],
  ["{{if $x := .a}}{{end}}{{$x}}", "the variable $x is not declared"],
  ["{{if .a}}x", "{{if}} has no {{end}}"],
  ["x{{end}}", "{{end}} ends nothing"],
  ["{{else}}", "{{else}} stands where there is nothing to choose from"],
  ["{{if .a}}{{else}}{{else}}{{end}}", "{{else}} stands where there is nothing to choose from"],
  ["{{if}}x{{end}}", "a value is missing in if"],
  ["{{| .a}}", "a value is missing in an action"],
  ['{{.a | "text"}}', "what follows | must be something to call"],
  ["{{(.a}}", "a parenthesis is not closed"],
  ["{{.a)}}", '")" cannot follow a pipeline'],
  ["{{break}}", "break and continue stand only within {{range}}"],
  ["{{template part}}", "{{template}} needs a name in quotes"],
  ["{{.a.b-c .d}}", '"b-c" cannot stand in an action'],
  ["{{.a = 1}}", '"=" cannot stand in a pipeline there'],
  ["{{.a & .b}}", '"&" cannot stand in an action'],
  ['{{"open}}', '"\\"open" cannot stand in an action'],
])("%j is none: %s", (template, problem) => {
  expect(checkTemplate(template).problem).toBe(problem);
});

test("the paths that are read are known, also within pipelines and through $", () => {
  const template = "{{json .steps.a.output.x | quote}}{{if $.params.y}}{{(.vars.z).w}}{{end}}";
  expect(checkTemplate(template).references).toEqual([
    ["steps", "a", "output", "x"],
    ["params", "y"],
    ["vars", "z"],
  ]);
});

test("deep nesting is refused, not a stack overflow", () => {
  const template = `{{${"(".repeat(10_000)}.a${")".repeat(10_000)}}}`;
  expect(checkTemplate(template).problem).toBe("parentheses are nested too deeply");
});
