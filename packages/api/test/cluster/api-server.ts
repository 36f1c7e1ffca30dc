import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { json } from "node:stream/consumers";
import type { Kind } from "@headgate/kube-schema";
import { parse } from "yaml";

/** What an API server says to an object: what it would store, or why it refuses. */
export type Admission =
  | { readonly isAdmitted: true; readonly spec: unknown }
  | {
      readonly isAdmitted: false;
      readonly status: number;
      readonly message: string;
      readonly causes: readonly Cause[];
    };

/** One reason of a refusal. */
export interface Cause {
  readonly field: string;
  readonly message: string;
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: Readonly<Record<string, string>> }];
  readonly users: readonly [{ readonly user: Readonly<Record<string, string>> }];
}

interface Answer {
  readonly message?: string;
  readonly spec?: unknown;
  readonly details?: { readonly causes?: readonly (Cause & { readonly reason: string })[] };
}

/** Asks an API server what it thinks of objects, without storing any. */
export class ApiServer {
  readonly #server: string;
  readonly #token: string | undefined;
  readonly #agent: Agent;

  /** Reads a kubeconfig of one cluster and one user with a certificate or token. */
  constructor(kubeconfig: string) {
    const { clusters, users } = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
    const [{ cluster }] = clusters;
    const [{ user }] = users;
    this.#server = cluster["server"] ?? "";
    this.#token = user["token"];
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 8,
      ca: decoded(cluster["certificate-authority-data"]),
      cert: decoded(user["client-certificate-data"]),
      key: decoded(user["client-key-data"]),
    });
  }

  /** What the server says to an object of the kind that has this spec; unknown fields are refused or dropped. */
  async admit(
    kind: Kind,
    spec: unknown,
    unknown: "Strict" | "Warn" = "Strict",
  ): Promise<Admission> {
    const path = `/apis/${kind.apiVersion}/namespaces/default/${kind.plural}`;
    const [status, answer] = await this.#post(`${path}?dryRun=All&fieldValidation=${unknown}`, {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: { name: "tried" },
      spec,
    });
    if (status === 201) return { isAdmitted: true, spec: answer.spec };
    const causes = (answer.details?.causes ?? []).map(({ field, message }) => ({ field, message }));
    return { isAdmitted: false, status, message: answer.message ?? "", causes };
  }

  /** Lets go of the connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #post(path: string, object: unknown): Promise<[number, Answer]> {
    const headers = {
      "content-type": "application/json",
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
    };
    const exchange = request(new URL(path, this.#server), {
      method: "POST",
      agent: this.#agent,
      headers,
    });
    const answered = new Promise<[number, Answer]>((resolve, reject) => {
      exchange.on("error", reject);
      exchange.on("response", (response) => {
        json(response).then((body) => resolve([response.statusCode ?? 0, body as Answer]), reject);
      });
    });
    exchange.end(JSON.stringify(object));
    return answered;
  }
}

function decoded(base64: string | undefined): Buffer | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, "base64");
}
