import { Agent, type Dispatcher } from "undici";
import { guardedLookup, isPrivateHost, PRIVATE_ADDRESS, type Resolve } from "./guarded-lookup.ts";

/** Why an identity provider gave no usable answer. */
type IdpFaultKind =
  | "plain-http"
  | "private-address"
  | "unreachable"
  | "timed-out"
  | "status"
  | "too-large"
  | "not-json"
  /** It is JSON, but not the document that was asked for. */
  | "unusable";

/** A failed request to an identity provider, fit for a log. */
interface IdpFault {
  readonly kind: IdpFaultKind;
  /** An HTTP status or the code of a system or TLS error. */
  readonly detail?: string | undefined;
}

type IdpAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: IdpFault };

/** How an identity provider may be asked. */
interface IdpClientOptions {
  readonly allowHttp: boolean;
  /** Whether it may be on this machine or in a private network. */
  readonly allowPrivate: boolean;
  /** PEM certificates to trust in place of the system's. */
  readonly ca: string | undefined;
  /** For a whole request, its answer included. */
  readonly timeoutMs: number;
  /** Reads the token that requests for documents carry over https; nothing is carried when there is none. */
  readonly token?: (() => Promise<string>) | undefined;
  readonly resolve?: Resolve;
}

/** Sockets to an identity provider. */
const MAX_CONNECTIONS = 32;
/** Keys have a type of their own, and an issuer such as an API server insists on it. */
const DOCUMENTS = "application/json, application/jwk-set+json";
/** Sizes of what is read: documents that it publishes, and its answers about one token. */
const MAX_DOCUMENT_BYTES = 256 * 1024;
const MAX_REPLY_BYTES = 64 * 1024;

/** Asks an identity provider over HTTP: addresses, time and sizes are bounded, and redirects are not followed. */
class IdpClient {
  readonly #options: IdpClientOptions;
  readonly #agent: Agent;

  constructor(options: IdpClientOptions) {
    this.#options = options;
    const { ca, allowPrivate, timeoutMs, resolve } = options;
    const connect = {
      timeout: timeoutMs,
      ...(ca !== undefined && { ca }),
      ...(!allowPrivate && { lookup: guardedLookup(resolve) }),
    };
    this.#agent = new Agent({ connect, connections: MAX_CONNECTIONS, pipelining: 1 });
  }

  /** Reads a JSON document. Never rejects. */
  async get(url: string): Promise<IdpAnswer> {
    const headers = { accept: DOCUMENTS, ...(await this.#authorization(url)) };
    return this.#request(url, { method: "GET", headers }, MAX_DOCUMENT_BYTES);
  }

  /** Sends a form and reads the JSON that comes back. Never rejects. */
  async post(
    url: string,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
  ): Promise<IdpAnswer> {
    const type = "application/x-www-form-urlencoded";
    const body = new URLSearchParams(form).toString();
    const all = { accept: "application/json", "content-type": type, ...headers };
    return this.#request(url, { method: "POST", headers: all, body }, MAX_REPLY_BYTES);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  // A token that cannot be read is as none: the answer tells whether one was needed.
  async #authorization(url: string): Promise<{ authorization?: string }> {
    const { token } = this.#options;
    if (token === undefined || !url.startsWith("https:")) return {};
    const text = await token().catch(() => "");
    return /^[\w.~+/=-]+$/.test(text) ? { authorization: `Bearer ${text}` } : {};
  }

  async #request(
    address: string,
    request: Pick<Dispatcher.RequestOptions, "method" | "headers" | "body">,
    maxBytes: number,
  ): Promise<IdpAnswer> {
    const { allowHttp, allowPrivate, timeoutMs } = this.#options;
    const url = URL.parse(address);
    if (url === null) return failed("unusable");
    if (url.protocol !== "https:" && !(allowHttp && url.protocol === "http:"))
      return failed("plain-http");
    if (!allowPrivate && isPrivateHost(url.hostname)) return failed("private-address");
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await this.#agent.request({
        ...request,
        origin: url.origin,
        path: url.pathname + url.search,
        signal,
      });
      if (response.statusCode === 200) return await readJson(response.body, maxBytes);
      // An answer that nobody reads would keep its socket.
      await response.body.dump({ limit: maxBytes, signal });
      return failed("status", String(response.statusCode));
    } catch (error) {
      return signal.aborted ? failed("timed-out") : { ok: false, fault: faultOf(error) };
    }
  }
}

async function readJson(body: AsyncIterable<Buffer>, maxBytes: number): Promise<IdpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) return failed("too-large");
    chunks.push(chunk);
  }
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
  } catch {
    return failed("not-json");
  }
}

function failed(kind: IdpFaultKind, detail?: string): IdpAnswer {
  return { ok: false, fault: { kind, detail } };
}

/** What an error says by its code; its text may name what was asked. */
function faultOf(error: unknown): IdpFault {
  const codes = codesOf(error);
  if (codes.includes(PRIVATE_ADDRESS)) return { kind: "private-address" };
  return { kind: "unreachable", detail: codes[0] };
}

/** The codes of an error, and of those it is made of when several addresses were tried. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  const parts: unknown[] = error instanceof AggregateError ? error.errors : [cause];
  const own = typeof code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? [code] : [];
  return [...own, ...parts.flatMap(codesOf)];
}

export { IdpClient, type IdpAnswer, type IdpClientOptions, type IdpFault, type IdpFaultKind };
