import type { GatewayConfigInput } from "@headgate/api";
import { suggestion } from "../nearest.ts";
import { placesOf } from "../places.ts";
import { type Finding, type Path, warning } from "../problem.ts";
import type { Draft } from "../salvage.ts";

/** Lists of backend names. */
const NAMED = [
  "aggregation.conflictResolutionConfig.priorityOrder.[]",
  "aggregation.tools.[].workload",
  "rateLimiting.rules.[].match.backends.[]",
];
/** Mappings whose keys are backend names. */
const KEYED = ["outgoingAuth.backends.*", "operational.timeouts.perWorkload.*"];

/** Warns of names of backends that the configuration does not have. */
function nameRules(draft: Draft<GatewayConfigInput>): Finding[] {
  const known = (draft.backends ?? []).map((backend) => backend?.name);
  // A name that cannot be read may be the one that is meant; without backends, they come from elsewhere.
  if (known.length === 0 || known.includes(undefined)) return [];
  const names = known.filter((name) => name !== undefined);
  const unknown = (name: unknown, path: Path, at: Finding["at"]): Finding[] =>
    typeof name !== "string" || name === "" || names.includes(name)
      ? []
      : [warning(path, "is not the name of a backend", { at, hint: suggestion(name, names) })];
  return [
    ...NAMED.flatMap((pattern) =>
      placesOf(draft, pattern).flatMap(({ path, value }) => unknown(value, path, "value")),
    ),
    ...KEYED.flatMap((pattern) =>
      placesOf(draft, pattern).flatMap(({ path }) => unknown(path.at(-1), path, "key")),
    ),
  ];
}

export { nameRules };
