import type { RedisObserver } from "./observer.ts";

/** Where a server listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** How a server proves who it is, and how a client does; all of it PEM texts. */
export interface RedisTls {
  /** Authorities to trust in place of the system's. */
  readonly ca?: string | undefined;
  /** The client's certificate, with `key`. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name that certificates must be for; default: the host connected to. */
  readonly serverName?: string | undefined;
  /** True: any certificate is taken, so that anybody in between can read and write. */
  readonly insecureSkipVerify?: boolean | undefined;
}

/** One server; or a primary that Sentinels name; or a Cluster, of which some nodes are known. */
export type RedisTopology =
  | ({ readonly kind: "single" } & Endpoint)
  | {
      readonly kind: "sentinel";
      readonly masterName: string;
      readonly sentinels: readonly Endpoint[];
      /** Of the Sentinels themselves, which do not take the servers'. */
      readonly username?: string | undefined;
      readonly password?: string | undefined;
      readonly tls?: RedisTls | undefined;
    }
  | { readonly kind: "cluster"; readonly nodes: readonly Endpoint[] };

/** How to connect; everything but the topology has a default. */
export interface RedisOptions {
  readonly topology: RedisTopology;
  /** Default 0; a Cluster has no other. */
  readonly db?: number | undefined;
  /** An ACL user; default: the server's default user. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Given, even if empty: connect with TLS only. */
  readonly tls?: RedisTls | undefined;
  /** Default 1000; also, doubled, how long a server may owe every reply before the connection is given up. */
  readonly connectTimeoutMs?: number | undefined;
  /** Default 1000: how long a call may take that names no deadline of its own. */
  readonly deadlineMs?: number | undefined;
  /** What `CLIENT LIST` shows; default `headgate`. */
  readonly clientName?: string | undefined;
  readonly observer?: RedisObserver | undefined;
  /** Monotonic milliseconds; default `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** From 0 up to 1, for jitter; default `Math.random`. */
  readonly random?: (() => number) | undefined;
}
