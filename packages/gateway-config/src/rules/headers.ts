import type { GatewayConfigInput } from "@headgate/api";
import { isMapping } from "../places.ts";
import { error, type Finding, type Path } from "../problem.ts";
import type { Draft } from "../salvage.ts";
import { isHeaderValue, refusalToAdd, refusalToPassThrough } from "./header-names.ts";

/** What is wrong with a header that is added to every request to a backend. */
function addedHeader(name: string, value: string | undefined, place: Path): Finding[] {
  const refusal = refusalToAdd(name);
  const findings = refusal === undefined ? [] : [error(place, refusal, { at: "key" })];
  if (value !== undefined && !isHeaderValue(value)) {
    findings.push(
      error(place, "has a value with a line break or another character no header may have"),
    );
  }
  return findings;
}

/** What is wrong with a mapping of headers, names told apart without regard to case. */
function addedHeaders(headers: unknown, path: Path): Finding[] {
  const seen = new Set<string>();
  return Object.entries(isMapping(headers) ? headers : {}).flatMap(([name, value]) => {
    const place = [...path, name];
    if (seen.has(name.toLowerCase())) {
      return [error(place, "is here twice, in another case", { at: "key" })];
    }
    seen.add(name.toLowerCase());
    return addedHeader(name, typeof value === "string" ? value : undefined, place);
  });
}

/** What is wrong with the headers that are passed from clients to backends. */
function passthroughRules({ passthroughHeaders = [] }: Draft<GatewayConfigInput>): Finding[] {
  return passthroughHeaders.flatMap((name, index) => {
    const refusal = name === undefined ? undefined : refusalToPassThrough(name);
    return refusal === undefined ? [] : [error(["passthroughHeaders", index], refusal)];
  });
}

export { addedHeader, addedHeaders, passthroughRules };
