import type { BackendAuthStrategy } from "@headgate/api";
import { conditionOf, type Condition } from "@headgate/controller";
import type { Cached } from "../cluster/caches.ts";
import { type Contents, missing } from "./contents.ts";
import { envPart } from "./env-name.ts";
import type { Member } from "./members.ts";
import { type EnvVar, type KeyRef, NOTHING, type Needs } from "./needs.ts";
import type { Observed } from "./observe.ts";

type AuthConfig = Cached<"mcpExternalAuthConfigs">;

/** How the gateway identifies itself to a backend, or why it cannot. */
export type Credentials =
  | (Needs & {
      readonly ok: true;
      readonly strategy: BackendAuthStrategy;
      /** Headers of each request, in the form of `backends[].headers`. */
      readonly headers: Readonly<Record<string, string>>;
    })
  | { readonly ok: false; readonly reason: string; readonly message: string };

/** Where the way to identify to a backend was found. */
export interface ChosenAuth {
  readonly authConfig: string | undefined;
  readonly credentials: Credentials;
}

const ANONYMOUS: Credentials = {
  ok: true,
  ...NOTHING,
  strategy: { type: "unauthenticated" },
  headers: {},
};

/** What an MCPExternalAuthConfig of a name comes to. */
export function credentialsFrom(
  name: string,
  { authConfigs }: Pick<Observed, "authConfigs">,
  contents: Contents,
): Credentials {
  const config = authConfigs.get(name);
  if (config === undefined) {
    return failed(
      "ConversionFailed",
      `The MCPExternalAuthConfig ${JSON.stringify(name)} does not exist.`,
    );
  }
  const conditions = config.status?.conditions as readonly Condition[] | undefined;
  const valid = conditionOf(conditions, "Valid");
  if (valid?.status === "False" && valid.observedGeneration === config.metadata.generation) {
    return failed(
      valid.reason,
      `The MCPExternalAuthConfig ${JSON.stringify(name)} is not valid: ${valid.message}`,
    );
  }
  return converted(name, config, contents);
}

function converted(name: string, { spec }: AuthConfig, contents: Contents): Credentials {
  const { type, headerInjection, bearerToken } = spec ?? {};
  if (type === "unauthenticated") return ANONYMOUS;
  if (type === "headerInjection" && headerInjection !== undefined) {
    const { headerName, valueSecretRef } = headerInjection;
    const variable = `TOOLHIVE_HEADER_INJECTION_VALUE_${envPart(name)}`;
    return fromSecret({ name: variable, secret: valueSecretRef }, contents, {
      strategy: {
        type: "header_injection",
        headerInjection: { headerName, headerValueEnv: variable },
      },
      headers: {},
    });
  }
  if (type === "bearerToken" && bearerToken !== undefined) {
    const variable = `TOOLHIVE_BEARER_TOKEN_${envPart(name)}`;
    return fromSecret({ name: variable, secret: bearerToken.tokenSecretRef }, contents, {
      strategy: { type: "unauthenticated" },
      headers: { Authorization: `Bearer \${${variable}}` },
    });
  }
  return failed(
    type === "obo" ? "EnterpriseRequired" : "ConversionFailed",
    `The MCPExternalAuthConfig ${JSON.stringify(name)} is of type ${type ?? "unknown"}, which the gateway does not enforce yet. Use headerInjection, bearerToken or unauthenticated.`,
  );
}

function fromSecret(
  variable: EnvVar & { readonly secret: KeyRef },
  contents: Contents,
  use: Pick<Credentials & { readonly ok: true }, "strategy" | "headers">,
): Credentials {
  const problem = missing("Secret", variable.secret, contents);
  if (problem !== undefined) return failed("ConversionFailed", problem);
  return { ok: true, env: [variable], files: [], ...use };
}

/** How the gateway identifies itself to a member: as the server's own settings say, as the member says, or as the default says. */
export function authFor(member: Member, observed: Observed, contents: Contents): ChosenAuth {
  const { source, default: fallback, backends = {} } = observed.spec.outgoingAuth ?? {};
  const entry = Object.hasOwn(backends, member.name) ? backends[member.name] : undefined;
  const own = member.authConfig;
  const settings = nameIn(entry);
  const order = source === "inline" ? [settings, own] : [own, settings];
  const authConfig = order.find((name) => name !== undefined) ?? nameIn(fallback);
  if (authConfig === undefined) return { authConfig, credentials: ANONYMOUS };
  return { authConfig, credentials: credentialsFrom(authConfig, observed, contents) };
}

function nameIn(
  auth:
    | {
        readonly type: string;
        readonly externalAuthConfigRef?: { readonly name: string } | undefined;
      }
    | undefined,
): string | undefined {
  return auth?.type === "externalAuthConfigRef" ? auth.externalAuthConfigRef?.name : undefined;
}

function failed(reason: string, message: string): Credentials {
  return { ok: false, reason, message };
}
