import type { LoadedConfig } from "@headgate/gateway-config";
import type { Catalogs } from "../catalog/catalogs.ts";
import type { SessionRegistry } from "../sessions/registry.ts";
import type { WatchedBackends } from "./watch-backends.ts";

/** What knows of backends, and is to know of those of another configuration. */
interface KnowingBackends {
  readonly watched: WatchedBackends;
  readonly sessions: SessionRegistry;
  readonly catalogs: Catalogs;
}

/** Puts the backends of another configuration in force: sessions go on, and hear what is new in their lists. */
function changeBackends(
  { watched, sessions, catalogs }: KnowingBackends,
  config: LoadedConfig,
): void {
  const { gone, replaced } = watched.change(config);
  catalogs.sync(replaced);
  for (const session of sessions.values()) for (const name of gone.keys()) session.drop(name);
  for (const backend of gone.values()) void backend.close();
}

export { changeBackends };
