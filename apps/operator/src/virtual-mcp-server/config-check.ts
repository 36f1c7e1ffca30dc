import { type GatewayConfigInput, GatewayConfig } from "@headgate/api";
import { checkConfig, type Finding, pathText, unenforced } from "@headgate/gateway-config";
import type { Needs, Part } from "./needs.ts";
import type { Observed } from "./observe.ts";
import { fine, hindered, type Verdict } from "./verdicts.ts";

const MOST_PROBLEMS = 10;

/** Blocks beside `spec.config` that no gateway enforces yet, and what would not happen. */
const UNENFORCED_SPEC = {
  authServerConfig: "is not available yet: callers could not sign in",
  embeddingServerRef: "is not available yet: tools would be listed, not searched",
} as const;

/** A block that is asked for and not enforced. */
export interface UnenforcedBlock {
  readonly path: string;
  readonly message: string;
}

/** Every block of a server that its gateways would ignore. */
export function unenforcedBlocks(
  { spec }: Observed,
  config: GatewayConfigInput,
): readonly UnenforcedBlock[] {
  const keys = Object.keys(UNENFORCED_SPEC) as (keyof typeof UNENFORCED_SPEC)[];
  return [
    ...keys
      .filter((key) => spec[key] !== undefined)
      .map((key) => ({ path: key, message: UNENFORCED_SPEC[key] })),
    ...unenforced(config).map((finding) => ({
      path: pathText(finding.path),
      message: finding.message,
    })),
  ];
}

/** A reason that names the block: `IncomingAuthAuthzNotEnforced`. */
export function reasonFor({ path }: UnenforcedBlock): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const named = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
  return `${named.replace(/^\d+/, "")}NotEnforced`;
}

/**
 * Whether the spec is one that a gateway runs, judged by the same check that the gateway makes. A configuration of
 * which parts are elsewhere, and missing, is not judged as a whole.
 */
export function specCheck(
  observed: Observed,
  { config, ...needs }: Part<GatewayConfigInput>,
  isWhole: boolean,
): Verdict {
  const problems = [
    ...unknownFields(observed),
    ...outgoingAuthProblems(observed),
    ...(isWhole ? gatewayProblems(config, needs) : []),
  ];
  if (problems.length === 0) {
    return fine("Valid", "ValidationSucceeded", "The spec is one that a gateway runs.");
  }
  const left = problems.length - MOST_PROBLEMS;
  const told = problems.slice(0, MOST_PROBLEMS).join("; ") + (left > 0 ? `; and ${left} more` : "");
  return hindered("Valid", "ValidationFailed", told);
}

// The API server keeps what it does not know; a misspelt limit must not look like a limit.
function unknownFields({ spec }: Observed): string[] {
  const read = GatewayConfig.safeParse(spec.config ?? {});
  return (read.error?.issues ?? []).flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => `spec.config.${pathText([...steps(issue.path), key])} is not known`)
      : [],
  );
}

function steps(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((step) => (typeof step === "symbol" ? String(step) : step));
}

function outgoingAuthProblems({ spec }: Observed): string[] {
  const { default: fallback, backends = {} } = spec.outgoingAuth ?? {};
  const all = Object.entries(backends).map(([name, auth]) => ({ at: `backends.${name}`, auth }));
  if (fallback !== undefined) all.push({ at: "default", auth: fallback });
  return all
    .filter(
      ({ auth }) =>
        auth.type === "externalAuthConfigRef" && (auth.externalAuthConfigRef?.name ?? "") === "",
    )
    .map(({ at }) => `spec.outgoingAuth.${at}.externalAuthConfigRef is missing its name`);
}

// Variables from Secrets have a value that is not known here, and are there all the same.
const SOME_VALUE = "value-from-a-secret";

function gatewayProblems(config: GatewayConfigInput, { env }: Needs): string[] {
  const values = Object.fromEntries(
    env.map((one) => [one.name, "value" in one ? one.value : SOME_VALUE]),
  );
  const ignored = new Set(unenforced(config).map(identity));
  return checkConfig(config, values)
    .findings.filter((finding) => finding.severity === "error" && !ignored.has(identity(finding)))
    .map(({ path, message, hint }) => {
      const advice = hint === undefined ? "" : ` (${hint})`;
      return `config: ${pathText(path)} ${message}${advice}`.replace("  ", " ");
    });
}

function identity({ path, message }: Finding): string {
  return JSON.stringify([path, message]);
}
