import type { Redis } from "ioredis";
import { errorOfReply } from "./error-reply.ts";
import type { Subscriber } from "./subscriber.ts";

/** All channels of one connection, made when the first is asked for. */
export class Subscriptions {
  readonly #open: () => Redis;
  // Lists and not sets, as a channel mostly has one subscriber, and many channels have one.
  readonly #channels = new Map<string, readonly Subscriber[]>();
  /** Channels that the server has confirmed on the present connection. */
  readonly #known = new Set<string>();
  #client: Redis | undefined;

  constructor(open: () => Redis) {
    this.#open = open;
  }

  /** Adds a subscriber; answers how to remove it. */
  subscribe(channel: string, subscriber: Subscriber): () => void {
    const others = this.#channels.get(channel);
    this.#channels.set(channel, others?.concat(subscriber) ?? [subscriber]);
    this.#client ??= this.#connect();
    if (others === undefined) this.#ask([channel]);
    // Never before `subscribe` has returned.
    else if (this.#known.has(channel)) queueMicrotask(() => this.#tell(channel, subscriber));
    return () => this.#remove(channel, subscriber);
  }

  /** Ends the connection, and all subscriptions with it. */
  close(): Redis | undefined {
    this.#channels.clear();
    this.#known.clear();
    return this.#client;
  }

  #connect(): Redis {
    const client = this.#open();
    // Told to everybody by the connection for commands; here it only must not end the process.
    client.on("error", () => undefined);
    client.on("close", () => this.#known.clear());
    client.on("ready", () => this.#ask([...this.#channels.keys()]));
    client.on("message", (channel: string, text: string) => {
      for (const subscriber of this.#channels.get(channel) ?? []) subscriber.message(text);
    });
    return client;
  }

  /** Asks for channels if the connection is there; if not, it will ask for all when it is. */
  #ask(channels: readonly string[]): void {
    if (this.#client?.status !== "ready" || channels.length === 0) return;
    this.#client.subscribe(...channels).then(
      () => {
        for (const channel of channels) this.#confirm(channel);
      },
      (error: Error) => this.#refuse(channels, error),
    );
  }

  #confirm(channel: string): void {
    const subscribers = this.#channels.get(channel);
    if (subscribers === undefined) return;
    this.#known.add(channel);
    for (const subscriber of subscribers) subscriber.subscribed?.();
  }

  // A broken connection is no refusal: all channels are asked for again when it is back.
  #refuse(channels: readonly string[], error: Error): void {
    if (error.name !== "ReplyError") return;
    const failure = errorOfReply(error.message);
    for (const channel of channels) {
      for (const subscriber of this.#channels.get(channel) ?? []) subscriber.refused?.(failure);
    }
  }

  #tell(channel: string, subscriber: Subscriber): void {
    if (this.#channels.get(channel)?.includes(subscriber)) subscriber.subscribed?.();
  }

  #remove(channel: string, subscriber: Subscriber): void {
    const subscribers = this.#channels.get(channel);
    if (!subscribers?.includes(subscriber)) return;
    const others = subscribers.filter((other) => other !== subscriber);
    if (others.length > 0) return void this.#channels.set(channel, others);
    this.#channels.delete(channel);
    this.#known.delete(channel);
    if (this.#client?.status === "ready") this.#client.unsubscribe(channel).catch(() => undefined);
  }
}
