import type { ToolOverride } from "@headgate/api";
import { membersOf, type Span } from "../json/spans.ts";
import type { Edit } from "../json/splice.ts";
import type { Item } from "./backend-catalog.ts";

/**
 * The changes that an override makes to a tool's text beside its name: a new description, and hints set one
 * by one, so that the hints it does not name and all else stay as the backend wrote them.
 */
function overrideEdits(item: Item, override: ToolOverride): Edit[] {
  const { annotations } = override;
  // An empty description is none, as an empty name is: the Kubernetes form cannot tell the two apart.
  const description = override.description || undefined;
  if (description === undefined && annotations === undefined) return [];
  const members = membersOf(item.text);
  const edits: Edit[] = [];
  if (description !== undefined)
    edits.push(setMember(item, members.get("description"), ["description", description]));
  if (annotations !== undefined) {
    const span = members.get("annotations");
    if (span === undefined) edits.push(setMember(item, span, ["annotations", annotations]));
    else edits.push(...mergeInto(item.text, span, annotations));
  }
  return edits;
}

function setMember(item: Item, present: Span | undefined, member: [string, unknown]): Edit {
  if (present) return { span: present, with: JSON.stringify(member[1]) };
  const { end } = item.keySpan;
  return { span: { start: end, end }, with: `,${memberText(member)}` };
}

function mergeInto(text: string, object: Span, fields: Readonly<Record<string, unknown>>): Edit[] {
  const present = membersOf(text, object.start);
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const span = present.get(key);
    if (span) edits.push({ span, with: JSON.stringify(value) });
    else added.push(memberText([key, value]));
  }
  if (added.length > 0) {
    const at = object.start + 1;
    const comma = present.size > 0 ? "," : "";
    edits.push({ span: { start: at, end: at }, with: added.join(",") + comma });
  }
  return edits;
}

function memberText([key, value]: [string, unknown]): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

export { overrideEdits };
