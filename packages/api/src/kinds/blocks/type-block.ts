import type { Rule } from "@headgate/kube-schema";

/** An object whose `type` says which of its blocks is there. */
type Typed = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The rule that the block of this name is there exactly when `type` has its name. */
export function blockOfType(name: string, message: string): Rule<Typed> {
  return {
    cel: `self.type == '${name}' ? has(self.${name}) : !has(self.${name})`,
    message,
    holds: (value) => (value.type === name) === (value[name] !== undefined),
  };
}
