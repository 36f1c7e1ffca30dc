import { GatewayError } from "../rpc/errors.ts";
import { readMessage, type Message } from "../rpc/message.ts";
import { notificationText, resultText } from "../rpc/reply.ts";
import type {
  Backend,
  BackendSession,
  Cancel,
  ClientProfile,
  Exchange,
  Inbound,
  Link,
  OutgoingRequest,
  ServerFacts,
} from "./port.ts";

/** What a fake backend does with a request: a result, an answer in full, an error of the link, or nothing ever. */
type Reaction =
  | { readonly result: unknown }
  | { readonly error: { code: number; message: string } }
  | { readonly failed: GatewayError }
  | "silence";

/** A request as a fake backend got it. */
interface GotRequest {
  readonly message: Message;
  readonly params: Record<string, unknown>;
  readonly exchange: Exchange;
  cancelled: string | undefined;
  ended: boolean;
}

/** One link to a fake backend, with all that came over it. */
class FakeLink implements Link {
  readonly server: ServerFacts;
  readonly profile: ClientProfile;
  readonly inbound: Inbound;
  readonly got: GotRequest[] = [];
  readonly sent: string[] = [];
  /** In which it goes on; undefined at a backend whose links are bound. */
  session: BackendSession | undefined;
  headers: Readonly<Record<string, string>>;
  listening = false;
  closed = false;
  /** Whether its session was left for another process when it was closed. */
  keptSession = false;
  readonly #backend: FakeBackend;

  constructor(backend: FakeBackend, profile: ClientProfile, inbound: Inbound) {
    this.#backend = backend;
    this.profile = profile;
    this.headers = profile.headers;
    this.inbound = inbound;
    this.server = {
      protocolVersion: "2025-11-25",
      capabilities: backend.capabilities,
      instructions: undefined,
      serverInfo: `{"name":"${backend.name}"}`,
    };
  }

  request({ id, text }: OutgoingRequest, exchange: Exchange): Cancel {
    const message = readMessage(text);
    const { params = {} } = JSON.parse(text) as { params?: Record<string, unknown> };
    const got: GotRequest = { message, params, exchange, cancelled: undefined, ended: false };
    this.got.push(got);
    const reaction = this.closed ? { failed: gone(this.#backend.name) } : this.#reaction(got);
    queueMicrotask(() => {
      if (reaction === "silence" || got.ended) return;
      got.ended = true;
      if ("failed" in reaction) exchange.failed(reaction.failed);
      else if ("error" in reaction)
        exchange.answer(`{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(reaction.error)}}`);
      else exchange.answer(resultText(id, JSON.stringify(reaction.result)));
    });
    return (reason) => {
      got.ended = true;
      got.cancelled = reason;
    };
  }

  async send(text: string): Promise<void> {
    if (this.closed) throw gone(this.#backend.name);
    this.sent.push(text);
  }

  listen(wanted: boolean): void {
    this.listening = wanted;
  }

  passHeaders(headers: Readonly<Record<string, string>>): void {
    this.headers = headers;
  }

  async close({ keepSession } = { keepSession: false }): Promise<void> {
    this.keptSession = keepSession;
    this.#end(gone(this.#backend.name));
  }

  /** The backend forgot the session, and the link opened this one; resolves to the one to go on in instead. */
  async renews(session: BackendSession | undefined): Promise<BackendSession | undefined> {
    this.session = session;
    return (await this.inbound.reopened()) ?? undefined;
  }

  /** The requests of one method. */
  gotOf(method: string): GotRequest[] {
    return this.got.filter(({ message }) => message.method === method);
  }

  /** The backend says something that belongs to no request. */
  says(text: string): void {
    this.inbound.message(readMessage(text));
  }

  /** The backend says that lists of it changed. */
  changed(kind: "tools" | "prompts" | "resources" = "tools"): void {
    this.says(notificationText(`notifications/${kind}/list_changed`));
  }

  /** The link breaks. */
  dies(reason: GatewayError = gone(this.#backend.name)): void {
    this.#end(reason);
    this.inbound.closed(reason);
  }

  #end(reason: GatewayError): void {
    this.closed = true;
    for (const got of this.got) {
      if (got.ended) continue;
      got.ended = true;
      got.exchange.failed(reason);
    }
  }

  #reaction(got: GotRequest): Reaction {
    const { reactions } = this.#backend;
    const reaction = reactions.get(got.message.method);
    return (typeof reaction === "function" ? reaction(got.params) : reaction) ?? { result: {} };
  }
}

/** A backend in memory whose every reaction a test decides. */
class FakeBackend implements Backend {
  readonly name: string;
  linkIdleMs?: number;
  /** Whether its sessions outlive their links. */
  keepsSessions = false;
  scope?: "session" | "shared";
  capabilities: Record<string, unknown> = { tools: {} };
  readonly reactions = new Map<
    string,
    Reaction | ((params: Record<string, unknown>) => Reaction)
  >();
  readonly links: FakeLink[] = [];
  opened = 0;
  closed = false;
  /** What opening a link waits for; rejects when it fails. */
  opening: () => Promise<void> = async () => undefined;
  /** What the backend says before the link is handed over. */
  early: readonly string[] = [];

  constructor(name: string) {
    this.name = name;
  }

  async open(profile: ClientProfile, inbound: Inbound, known?: BackendSession): Promise<Link> {
    this.opened++;
    await this.opening();
    const link = new FakeLink(this, profile, inbound);
    if (this.keepsSessions) link.session = known ?? sessionNamed(`${this.name}-${this.opened}`);
    for (const text of this.early) link.says(text);
    this.links.push(link);
    return link;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** The newest link. */
  get link(): FakeLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error(`Nobody is linked to ${this.name}.`);
    return link;
  }

  /** Lists these tools from now on. */
  lists(...tools: readonly string[]): this {
    return this.listsOf("tools", ...tools);
  }

  /** Lists these prompts or tools from now on. */
  listsOf(kind: "tools" | "prompts", ...names: readonly string[]): this {
    this.capabilities = { ...this.capabilities, [kind]: {} };
    const items = names.map((name) => ({ name, inputSchema: { type: "object" } }));
    this.reactions.set(`${kind}/list`, { result: { [kind]: items } });
    return this;
  }

  /** Refuses to be linked to from now on. */
  refuses(error: GatewayError = gone(this.name)): this {
    this.opening = async () => {
      throw error;
    };
    return this;
  }

  /** Can be linked to from now on. */
  accepts(): this {
    this.opening = async () => undefined;
    return this;
  }

  /** Holds every link that is opened from now on until the answer is called. */
  holds(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.opening = () => promise;
    return resolve;
  }
}

function gone(backend: string): GatewayError {
  return new GatewayError("backend-unavailable", `The backend ${backend} could not be reached.`);
}

/** A session at a fake backend. */
function sessionNamed(id: string): BackendSession {
  return { id, protocolVersion: "2025-11-25", logging: false };
}

/** What a client says of itself, unless a test says otherwise. */
function profileOf(more: Partial<ClientProfile> = {}): ClientProfile {
  return { capabilities: "{}", clientInfo: '{"name":"test","version":"1"}', headers: {}, ...more };
}

export { FakeBackend, type FakeLink, profileOf, type Reaction, sessionNamed };
