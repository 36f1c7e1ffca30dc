import type { Reads } from "../cluster/reads.ts";
import type { Settings } from "../settings/settings.ts";
import type { ContentNames } from "./content-memory.ts";
import { namesFor } from "./names.ts";
import type { Observed } from "./observe.ts";

/** Looks up every Secret and ConfigMap that a server refers to, directly or through what it refers to. */
export function contentNames(
  reads: Reads,
  observed: Observed,
  settings: Pick<Settings, "defaultRedis">,
): ContentNames {
  const { namespace, name } = observed;
  const lookUp = (cache: "secrets" | "configMapNames", names: readonly (string | undefined)[]) =>
    new Map(
      [...new Set(names)].flatMap((one) => {
        const found = one === undefined ? undefined : reads.get(cache, namespace, one);
        return found === undefined || one === undefined ? [] : [[one, found] as const];
      }),
    );
  return {
    secrets: lookUp("secrets", [namesFor(name).hmacSecret, ...secretNames(observed, settings)]),
    configMaps: lookUp("configMapNames", configMapNames(observed)),
  };
}

function secretNames(
  { spec, oidcConfig, authConfigs, members }: Observed,
  { defaultRedis }: Pick<Settings, "defaultRedis">,
): (string | undefined)[] {
  const { passwordRef, tls, sentinel } = spec.sessionStorage ?? {};
  return [
    oidcConfig?.spec?.inline?.clientSecretRef?.name,
    passwordRef?.name,
    tls?.certificateRef?.name,
    tls?.keyRef?.name,
    sentinel?.passwordRef?.name,
    spec.sessionStorage === undefined ? defaultRedis?.passwordRef?.name : undefined,
    ...[...authConfigs.values()].flatMap((config) => [
      config.spec?.headerInjection?.valueSecretRef.name,
      config.spec?.bearerToken?.tokenSecretRef.name,
    ]),
    ...members.flatMap(({ entry }) =>
      (entry?.headerForward?.addHeadersFromSecret ?? []).map(
        ({ valueSecretRef }) => valueSecretRef.name,
      ),
    ),
  ];
}

function configMapNames({ spec, oidcConfig, members }: Observed): (string | undefined)[] {
  return [
    oidcConfig?.spec?.inline?.caBundleRef?.configMapRef?.name,
    spec.sessionStorage?.tls?.caBundleRef?.configMapRef?.name,
    ...members.map(({ entry }) => entry?.caBundleRef?.configMapRef?.name),
  ];
}
