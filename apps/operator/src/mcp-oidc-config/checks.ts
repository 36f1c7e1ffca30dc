import { MCPOIDCConfig } from "@headgate/api/kinds";
import { formProblems } from "../config-kind/form.ts";
import type { Verdict } from "../config-kind/judge.ts";

interface Addresses {
  readonly issuer?: string | undefined;
  readonly jwksUrl?: string | undefined;
  readonly introspectionUrl?: string | undefined;
}

/** What is wrong with an MCPOIDCConfig: its form, or an address that no gateway would ask. */
export function checkOidcConfig({ spec }: Pick<MCPOIDCConfig, "spec">): Verdict {
  const form = formProblems(MCPOIDCConfig, spec);
  if (form.length > 0) return { problems: form };
  const block = spec?.type === "inline" ? "inline" : "kubernetesServiceAccount";
  const allowHttp = spec?.inline?.insecureAllowHTTP === true;
  return { problems: addressProblems(spec?.[block] ?? {}, `spec.${block}`, allowHttp) };
}

function addressProblems(block: Addresses, place: string, allowHttp: boolean): string[] {
  return (["issuer", "jwksUrl", "introspectionUrl"] as const).flatMap((field) => {
    const text = block[field];
    // What is optional and empty is as good as omitted.
    if (text === undefined || (text === "" && field !== "issuer")) return [];
    const problem = addressProblem(text, allowHttp);
    return problem === undefined ? [] : [`${place}.${field} ${problem}`];
  });
}

function addressProblem(text: string, allowHttp: boolean): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return "is not a valid web address";
  if (url.username !== "" || url.password !== "") return "must not hold credentials";
  if (url.protocol === "https:" || allowHttp) return undefined;
  return "must be https, unless insecureAllowHTTP allows otherwise for a trial";
}
