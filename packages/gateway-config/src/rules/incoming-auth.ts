import type { GatewayConfigInput, OidcVerification } from "@headgate/api";
import { parseDuration } from "@headgate/ratelimit-types";
import { clientSecretOf } from "../client-secret.ts";
import { suggestion } from "../nearest.ts";
import { error, type Finding, type Path, warning } from "../problem.ts";
import type { Draft } from "../salvage.ts";
import type { Env } from "../variables.ts";
import { certificatePathRule } from "./certificate-path.ts";

type OidcDraft = Draft<OidcVerification>;

const TYPES = ["oidc", "local", "anonymous"];
const PLACE = ["incomingAuth", "oidc"];
const MAX_CLOCK_SKEW_MICROS = 300_000_000;
const MAX_SCOPES = 100;

/** What is wrong with how callers identify themselves, beyond the forms of the values. */
function incomingAuthRules({ incomingAuth }: Draft<GatewayConfigInput>, env: Env): Finding[] {
  const type = incomingAuth?.type;
  if (incomingAuth === undefined || type === undefined) return [];
  if (!TYPES.includes(type)) {
    const hint = suggestion(type, TYPES);
    return [error(["incomingAuth", "type"], `must be one of ${TYPES.join(", ")}`, { hint })];
  }
  const { oidc } = incomingAuth;
  if (type !== "oidc") {
    // Two ways in leave open which of them is meant, and a person may count on the one that is not.
    const stray = `does not belong to \`type: ${type}\`, under which no token is asked for`;
    const hint = "write `type: oidc`, or remove it";
    return oidc === undefined ? [] : [error(PLACE, stray, { at: "key", hint })];
  }
  if (oidc === undefined) {
    return [error(PLACE, "is missing", { hint: "write at least issuer, clientId and audience" })];
  }
  return oidcRules(oidc, env);
}

function oidcRules(oidc: OidcDraft, env: Env): Finding[] {
  const { audience, caBundlePath, jwksAuthTokenPath, clockSkew, scopes, requiredScopes } = oidc;
  const at = (key: keyof OidcDraft): Path => [...PLACE, key];
  return [
    ...addressRule(oidc.issuer, at("issuer"), oidc),
    ...addressRule(oidc.jwksUrl, at("jwksUrl"), oidc),
    ...addressRule(oidc.introspectionUrl, at("introspectionUrl"), oidc),
    ...(audience?.trim() === "" ? [error(at("audience"), "must not be empty")] : []),
    ...resourceRule(oidc.resource, at("resource")),
    ...scopeRules(scopes, at("scopes")),
    ...scopeRules(requiredScopes, at("requiredScopes")),
    ...clockSkewRule(clockSkew, at("clockSkew")),
    ...(caBundlePath === undefined ? [] : certificatePathRule(caBundlePath, at("caBundlePath"))),
    ...(jwksAuthTokenPath === undefined
      ? []
      : certificatePathRule(jwksAuthTokenPath, at("jwksAuthTokenPath"))),
    ...secretRule(oidc, env),
    ...(oidc.insecureAllowHttp === true
      ? [
          warning(
            at("insecureAllowHttp"),
            "lets tokens and keys travel unprotected; for trials only",
          ),
        ]
      : []),
  ];
}

function addressRule(text: string | undefined, place: Path, oidc: OidcDraft): Finding[] {
  if (text === undefined) return [];
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return [error(place, "is not a valid web address")];
  }
  if (url.username !== "" || url.password !== "") {
    return [error(place, "must not hold credentials")];
  }
  if (url.hash !== "") return [error(place, "must not have a fragment (#…)")];
  if (place.at(-1) === "issuer" && url.search !== "") {
    return [error(place, "must not have a query (?…)")];
  }
  if (url.protocol === "https:" || oidc.insecureAllowHttp === true) return [];
  const hint = "write `insecureAllowHttp: true` for a trial on one machine";
  return [error(place, "must be https", { hint })];
}

function resourceRule(text: string | undefined, place: Path): Finding[] {
  if (text === undefined) return [];
  const url = URL.parse(text);
  if (url === null || text.includes("#")) {
    const hint =
      "write the address of the endpoint as clients know it, such as https://tools.example.com/mcp";
    return [error(place, "must be an absolute address without a fragment (#…)", { hint })];
  }
  return [];
}

function scopeRules(scopes: readonly (string | undefined)[] = [], place: Path): Finding[] {
  if (scopes.length > MAX_SCOPES) return [error(place, `must have at most ${MAX_SCOPES} entries`)];
  return scopes.flatMap((scope, index) =>
    scope === undefined || /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/.test(scope)
      ? []
      : [error([...place, index], "is not a scope: it has no spaces, quotes or backslashes")],
  );
}

function clockSkewRule(text: string | undefined, place: Path): Finding[] {
  const parsed = text === undefined ? undefined : parseDuration(text);
  if (parsed?.ok !== true || parsed.microseconds <= MAX_CLOCK_SKEW_MICROS) return [];
  return [error(place, "must be at most 5m: a token would be good long after its end")];
}

function secretRule(oidc: OidcDraft, env: Env): Finding[] {
  const { introspectionUrl, clientSecretEnv, clientId } = oidc;
  if (introspectionUrl === undefined || clientSecretOf(oidc, env) !== undefined) {
    return introspectionUrl !== undefined && clientId === ""
      ? [
          error(
            [...PLACE, "clientId"],
            "must not be empty, as the gateway introspects tokens with it",
          ),
        ]
      : [];
  }
  if (clientSecretEnv === undefined) {
    const message = "asks without credentials, which most issuers refuse";
    const hint = "name the variable that holds the client's secret in `clientSecretEnv`";
    return [warning([...PLACE, "introspectionUrl"], message, { hint })];
  }
  // Whoever writes the secret here in place of its variable must not find it in a log.
  const shown = /^[A-Z_][A-Z0-9_]*$/.test(clientSecretEnv)
    ? `the environment variable ${clientSecretEnv}`
    : "a variable";
  return [error([...PLACE, "clientSecretEnv"], `names ${shown}, which is not set or empty`)];
}

export { incomingAuthRules };
