import type {
  Backend,
  Exchange,
  Inbound,
  Link,
  OutgoingRequest,
  ServerFacts,
} from "../src/backends/port.ts";
import { aggregate } from "../src/catalog/aggregate.ts";
import { catalogOf } from "../src/catalog/catalog.fixture.ts";
import type { View } from "../src/catalog/view.ts";
import { ANONYMOUS } from "../src/identity/caller.ts";
import { Session, type SessionContext } from "../src/sessions/session.ts";
import { PROFILE } from "./link-probe.ts";

/** A request as a backend got it, to be answered by hand. */
interface Received extends OutgoingRequest {
  readonly exchange: Exchange;
  /** The reason, once it was cancelled. */
  cancelled: string | undefined;
}

/** A link that keeps what it is given. */
class LinkProbe implements Link {
  readonly server: ServerFacts = {
    protocolVersion: "2025-11-25",
    capabilities: { tools: {}, logging: {} },
    instructions: undefined,
    serverInfo: "{}",
  };
  readonly requests: Received[] = [];
  readonly sent: string[] = [];
  listening = false;
  closed = false;

  request(request: OutgoingRequest, exchange: Exchange): (reason: string) => void {
    const received: Received = { ...request, exchange, cancelled: undefined };
    this.requests.push(received);
    return (reason) => void (received.cancelled = reason);
  }

  send(text: string): Promise<void> {
    this.sent.push(text);
    return Promise.resolve();
  }

  listen(wanted: boolean): void {
    this.listening = wanted;
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  /** The request that came last. */
  get last(): Received {
    const last = this.requests.at(-1);
    if (last === undefined) throw new Error("no request came");
    return last;
  }
}

/** A backend whose links are probes. */
class BackendProbe implements Backend {
  readonly name: string;
  readonly links: LinkProbe[] = [];
  readonly inbounds: Inbound[] = [];
  /** Awaited before a link is there. */
  gate: Promise<void> | undefined;

  constructor(name: string) {
    this.name = name;
  }

  async open(_: unknown, inbound: Inbound): Promise<Link> {
    await this.gate;
    const link = new LinkProbe();
    this.links.push(link);
    this.inbounds.push(inbound);
    return link;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The link that was opened last. */
  get link(): LinkProbe {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error("no link was opened");
    return link;
  }
}

/** What clients see of two backends: tools, one of them with a schema for its output, prompts, resources and templates. */
const VIEW: View = aggregate([
  catalogOf("a", {
    tools: [
      "echo",
      '{"name":"typed","inputSchema":{"type":"object"},"outputSchema":{"type":"object"}}',
    ],
    prompts: ["greet"],
    resources: ["mem://a/1"],
    resourceTemplates: ["mem://a/{id}/{part}"],
  }),
  catalogOf("b", { tools: ["echo"], prompts: ["greet"] }),
]);

/** What a session needs around it: these backends, one view for everybody, and nobody who listens. */
function sessionContext(
  backends: Readonly<Record<string, Backend>>,
  now: () => number,
): SessionContext {
  return {
    backends: new Map(Object.entries(backends)),
    now,
    streamLimits: {
      maxEvents: 100,
      maxBytes: 1_000_000,
      maxUnsentBytes: 1_000_000,
      budget: { used: 0, max: 10_000_000 },
    },
    viewOf: () => VIEW,
    viewWith: () => VIEW,
    catalogOf: () => undefined,
    listChanged: () => undefined,
    linkFailed: () => undefined,
    asked: () => undefined,
  };
}

/** A session with probes for the backends `a` and `b`. */
interface SessionRig {
  readonly session: Session;
  readonly backends: { readonly a: BackendProbe; readonly b: BackendProbe };
}

function sessionRig(
  protocolVersion = "2025-11-25",
  context: Partial<SessionContext> = {},
): SessionRig {
  const backends = { a: new BackendProbe("a"), b: new BackendProbe("b") };
  const facts = { id: "s", protocolVersion, profile: PROFILE, classKey: "c", caller: ANONYMOUS };
  const session = new Session(
    facts,
    {
      ...sessionContext(backends, () => 0),
      ...context,
    },
    0,
  );
  return { session, backends };
}

export { BackendProbe, LinkProbe, sessionContext, sessionRig, type SessionRig, VIEW };
