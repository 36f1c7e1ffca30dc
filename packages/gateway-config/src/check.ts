import { type CompleteOperational, completeOperational, GatewayConfig } from "@headgate/api";
import { fileRules } from "./file-rules.ts";
import { isMapping } from "./places.ts";
import { error, type Finding, isWithin } from "./problem.ts";
import { type PlainText, readAs } from "./read-as.ts";
import { ownSpelling } from "./spellings.ts";
import { unenforced } from "./unenforced.ts";
import { type Env, withVariables } from "./variables.ts";

/** A configuration that was checked: what every gateway needs is there. It may hold secrets, so it is never logged. */
interface LoadedConfig extends GatewayConfig {
  readonly name: string;
  readonly backends: NonNullable<GatewayConfig["backends"]>;
  readonly incomingAuth: NonNullable<GatewayConfig["incomingAuth"]>;
  readonly outgoingAuth: NonNullable<GatewayConfig["outgoingAuth"]>;
  readonly aggregation: NonNullable<GatewayConfig["aggregation"]>;
  readonly operational: CompleteOperational;
}

/** The configuration, unless one of the findings is an error. */
interface CheckedConfig {
  readonly config: LoadedConfig | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Reads a value as a configuration: variables replaced, every error and warning found at once. What
 * `plainText` tells of a place lets a plain number stand where a text belongs.
 */
function checkConfig(
  given: unknown,
  env: Env,
  plainText: PlainText = () => undefined,
): CheckedConfig {
  if (!isMapping(given)) return { config: undefined, findings: [notAMapping(given)] };
  if ("apiVersion" in given && "kind" in given) {
    return { config: undefined, findings: [kubernetesManifest()] };
  }
  const replaced = withVariables(ownSpelling(given, env), env);
  const read = readAs(GatewayConfig, replaced.value, plainText);
  const formal = [...replaced.findings, ...(read.ok ? [] : read.findings)];
  // What has no right form, or is missing, is told once; a rule about the same place would repeat it.
  const told = formal.filter(({ at }) => at === "value");
  const material = [...unenforced(replaced.value), ...fileRules(read.draft, env)].filter(
    ({ path }) => !told.some((finding) => isWithin(finding.path, path)),
  );
  const findings = withoutRepeats([...formal, ...material]);
  const failed = findings.some(({ severity }) => severity === "error");
  return { config: failed || !read.ok ? undefined : loaded(read.parsed), findings };
}

function loaded(config: GatewayConfig): LoadedConfig | undefined {
  const { name, incomingAuth, outgoingAuth, aggregation } = config;
  if (!name || !incomingAuth || !outgoingAuth || !aggregation) return undefined;
  return {
    ...config,
    name,
    incomingAuth,
    outgoingAuth,
    aggregation,
    backends: config.backends ?? [],
    operational: completeOperational(config.operational),
  };
}

function notAMapping(given: unknown): Finding {
  const message =
    given === null || given === undefined
      ? "the configuration is empty"
      : "a configuration is a mapping of keys to values";
  return error([], message, { hint: "start with name: my-gateway and a list of backends" });
}

function kubernetesManifest(): Finding {
  return error(["kind"], "this is a Kubernetes manifest, not a configuration file", {
    at: "key",
    hint: "apply it to a cluster, or copy what stands under spec.config into a file of its own",
  });
}

function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ path, message }) => {
    const identity = JSON.stringify([path, message]);
    return !seen.has(identity) && seen.add(identity);
  });
}

export { checkConfig, type CheckedConfig, type LoadedConfig };
