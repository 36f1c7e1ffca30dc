/** What identifies a streamable-HTTP session towards the backend, turned into request headers once. */
interface HttpSession {
  readonly id: string | undefined;
  readonly protocolVersion: string | undefined;
}

const OF_POST = [
  "content-type",
  "application/json",
  "accept",
  "application/json, text/event-stream",
];

/**
 * Header lists for undici, flat as it takes them fastest. Only that of POST is kept, as there are many sessions;
 * `own` are the backend's credentials and passed-through client headers.
 */
class SessionHeaders {
  readonly post: string[];

  constructor({ id, protocolVersion }: HttpSession, own: Readonly<Record<string, string>>) {
    this.post = [
      ...OF_POST,
      ...Object.entries(own).flat(),
      ...(id === undefined ? [] : ["mcp-session-id", id]),
      ...(protocolVersion === undefined ? [] : ["mcp-protocol-version", protocolVersion]),
    ];
  }

  /** For the standalone GET stream. */
  get get(): string[] {
    return ["accept", "text/event-stream", ...this.delete];
  }

  get delete(): string[] {
    return this.post.slice(OF_POST.length);
  }
}

export { SessionHeaders, type HttpSession };
