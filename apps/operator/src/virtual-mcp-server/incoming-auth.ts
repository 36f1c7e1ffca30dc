import type { GatewayConfigInput } from "@headgate/api";
import { addressOf } from "./names.ts";
import { type MountedFile, NOTHING, type Part, pathOf } from "./needs.ts";
import type { Observed } from "./observe.ts";

type IncomingAuth = NonNullable<GatewayConfigInput["incomingAuth"]>;
type Oidc = NonNullable<IncomingAuth["oidc"]>;

const CLUSTER_CA = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";
const CLUSTER_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const CLUSTER_ISSUER = "https://kubernetes.default.svc";
const SECRET_VARIABLE = "VMCP_OIDC_CLIENT_SECRET";

/** Who may speak to the gateway, from the server and the objects that it refers to. */
export function incomingAuth(observed: Observed): Part<IncomingAuth> {
  const { type, oidcConfigRef } = observed.spec.incomingAuth;
  const oidc = type === "oidc" && oidcConfigRef !== undefined ? oidcOf(observed) : undefined;
  return {
    env: oidc?.env ?? [],
    files: oidc?.files ?? [],
    config: {
      type,
      ...(oidc?.config && { oidc: oidc.config }),
      ...authzOf(observed),
    },
  };
}

function oidcOf(observed: Observed): Part<Oidc> | undefined {
  const ref = observed.spec.incomingAuth.oidcConfigRef;
  const config = observed.oidcConfig?.spec;
  if (ref === undefined || config === undefined) return undefined;
  const verification = config.type === "inline" ? inlineOidc(observed) : clusterOidc(observed);
  return {
    ...verification,
    config: {
      ...verification.config,
      audience: ref.audience,
      resource: ref.resourceUrl ?? addressOf(observed.namespace, observed.name),
      ...(ref.scopes && { scopes: ref.scopes }),
    },
  };
}

type Verification = Omit<Oidc, "audience" | "resource" | "scopes">;

function clusterOidc({ oidcConfig }: Observed): Part<Verification> {
  const { issuer, jwksUrl, introspectionUrl, useClusterAuth } =
    oidcConfig?.spec?.kubernetesServiceAccount ?? {};
  return {
    ...NOTHING,
    config: {
      issuer: issuer ?? CLUSTER_ISSUER,
      clientId: "",
      ...(jwksUrl !== undefined && { jwksUrl }),
      ...(introspectionUrl !== undefined && { introspectionUrl }),
      ...(useClusterAuth !== false && {
        caBundlePath: CLUSTER_CA,
        jwksAuthTokenPath: CLUSTER_TOKEN,
        jwksAllowPrivateIp: true,
      }),
    },
  };
}

function inlineOidc({ oidcConfig }: Observed): Part<Verification> {
  const inline = oidcConfig?.spec?.inline;
  if (inline === undefined) return { ...NOTHING, config: { issuer: "", clientId: "" } };
  const { clientSecretRef, jwksUrl, introspectionUrl } = inline;
  const bundle = issuerBundle(inline.caBundleRef?.configMapRef);
  return {
    env: clientSecretRef === undefined ? [] : [{ name: SECRET_VARIABLE, secret: clientSecretRef }],
    files: bundle === undefined ? [] : [bundle],
    config: {
      issuer: inline.issuer,
      clientId: inline.clientId ?? "",
      ...(clientSecretRef !== undefined && { clientSecretEnv: SECRET_VARIABLE }),
      ...(jwksUrl !== undefined && { jwksUrl }),
      ...(introspectionUrl !== undefined && { introspectionUrl }),
      ...(inline.jwksAuthTokenPath !== undefined && {
        jwksAuthTokenPath: inline.jwksAuthTokenPath,
      }),
      ...(inline.jwksAllowPrivateIP && { jwksAllowPrivateIp: true }),
      ...(inline.protectedResourceAllowPrivateIP && { protectedResourceAllowPrivateIp: true }),
      ...(inline.insecureAllowHTTP && { insecureAllowHttp: true }),
      ...(bundle !== undefined && { caBundlePath: pathOf(bundle) }),
    },
  };
}

function issuerBundle(
  ref: { readonly name: string; readonly key: string } | undefined,
): MountedFile | undefined {
  if (ref === undefined) return undefined;
  const key = ref.key === "" ? "ca.crt" : ref.key;
  return {
    volume: `oidc-ca-bundle-${ref.name}`,
    from: "ConfigMap",
    ref: { name: ref.name, key },
    directory: `/config/certs/${ref.name}`,
    file: key,
  };
}

// Written out although no gateway enforces it yet, so that the one table of what is not enforced decides.
function authzOf({ spec, authzConfig }: Observed): Pick<IncomingAuth, "authz"> {
  const { authzConfig: own, authzConfigRef } = spec.incomingAuth;
  if (own === undefined && authzConfigRef === undefined) return {};
  const policies = own?.inline?.policies ?? [];
  const type = authzConfigRef === undefined ? "cedar" : (authzConfig?.spec?.type ?? "cedar");
  return { authz: { type, policies } };
}
