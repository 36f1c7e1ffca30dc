import type { GatewayConfigInput } from "@headgate/api";
import { REDIS_PASSWORD, SENTINEL_PASSWORD } from "@headgate/gateway-config";
import type { DefaultRedis } from "../settings/settings.ts";
import { type EnvVar, type KeyRef, type MountedFile, NOTHING, type Part, pathOf } from "./needs.ts";
import type { Observed } from "./observe.ts";

type SessionStorage = NonNullable<GatewayConfigInput["sessionStorage"]>;
type Stored = NonNullable<Observed["spec"]["sessionStorage"]>;

const DIRECTORY = "/etc/headgate/redis-tls";

/** Where sessions and limits are kept; the installation's Redis for a server that does not say. */
export function sessionStorage(
  { spec }: Pick<Observed, "spec">,
  fallback: DefaultRedis | undefined,
): Part<SessionStorage | undefined> {
  const stored = spec.sessionStorage;
  if (stored === undefined) {
    if (fallback === undefined) return { ...NOTHING, config: undefined };
    return {
      env: password(REDIS_PASSWORD, fallback.passwordRef),
      files: [],
      config: { provider: "redis", address: fallback.address },
    };
  }
  // A server that says memory means it, whatever the installation has.
  if (stored.provider === "memory") return { ...NOTHING, config: { provider: "memory" } };
  return redis(stored);
}

function redis(stored: Stored): Part<SessionStorage> {
  const { passwordRef, tls, sentinel, provider, ...plain } = stored;
  const { passwordRef: sentinelPasswordRef, ...sentinels } = sentinel ?? {};
  const files = certificates(tls);
  return {
    env: [
      ...password(REDIS_PASSWORD, passwordRef),
      ...password(SENTINEL_PASSWORD, sentinelPasswordRef),
    ],
    files: Object.values(files),
    config: {
      provider,
      ...plain,
      ...(sentinel !== undefined && { sentinel: sentinels as typeof sentinel }),
      ...(tls !== undefined && {
        tls: {
          ...(files.ca !== undefined && { caBundlePath: pathOf(files.ca) }),
          ...(files.certificate !== undefined && { certificatePath: pathOf(files.certificate) }),
          ...(files.key !== undefined && { keyPath: pathOf(files.key) }),
          ...(tls.serverName !== undefined && { serverName: tls.serverName }),
        },
      }),
    },
  };
}

function password(name: string, secret: KeyRef | undefined): EnvVar[] {
  return secret === undefined ? [] : [{ name, secret }];
}

interface Certificates {
  ca?: MountedFile;
  certificate?: MountedFile;
  key?: MountedFile;
}

function certificates(tls: Stored["tls"]): Certificates {
  const file = (name: string, from: MountedFile["from"], ref: KeyRef): MountedFile => ({
    volume: `redis-tls-${name}`,
    from,
    ref: { name: ref.name, key: ref.key },
    directory: `${DIRECTORY}/${name}`,
    file: `${name}.pem`,
  });
  const ca = tls?.caBundleRef?.configMapRef;
  return {
    ...(ca && { ca: file("ca", "ConfigMap", ca) }),
    ...(tls?.certificateRef && { certificate: file("certificate", "Secret", tls.certificateRef) }),
    ...(tls?.keyRef && { key: file("key", "Secret", tls.keyRef) }),
  };
}
