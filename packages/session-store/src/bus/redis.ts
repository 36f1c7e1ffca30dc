import { randomBytes } from "node:crypto";
import { defineScript, type RedisConnection } from "@headgate/redis";
import { RedisCaller, type RedisAdapterOptions } from "../redis-caller.ts";
import type { RandomBytes } from "../session-id.ts";
import { unavailable } from "../unavailable.ts";
import { Arrivals } from "./arrivals.ts";
import {
  DEFAULT_MAX_BYTES,
  messageOf,
  parsePosted,
  postedText,
  refuseTooLarge,
  requireMaxBytes,
  requireName,
} from "./envelope.ts";
import { Listeners } from "./listeners.ts";
import type { BusListener, Sending, SessionBus } from "./session-bus.ts";

/** How a bus over Redis is made; channels are `<keyPrefix>all` and `<keyPrefix>to:<process id>`, default prefix `headgate:bus:`. */
export interface RedisSessionBusOptions extends RedisAdapterOptions {
  /** Unique among all processes at one time. */
  readonly processId: string;
  /** Largest message, topic included; default 1 MiB. */
  readonly maxBytes?: number;
  readonly random?: RandomBytes;
}

/** A bus that hears the others from some moment on. */
export interface RedisSessionBus extends SessionBus {
  /** Resolves when it does for the first time. */
  readonly ready: Promise<void>;
}

/** Joins the processes on one Redis, by its pub/sub; listeners are told of a gap whenever the subscription begins, the first time too. */
export function redisSessionBus(options: RedisSessionBusOptions): RedisSessionBus {
  return new BusOverRedis(options);
}

// By a script, and not a plain PUBLISH, because a script has a key: in a Cluster all messages of a sender then go by
// one node, and cannot overtake each other.
const publish = defineScript("return redis.call('PUBLISH', ARGV[1], ARGV[2])");

class BusOverRedis implements RedisSessionBus {
  readonly processId: string;
  readonly ready: Promise<void>;
  readonly #redis: RedisCaller;
  readonly #prefix: string;
  readonly #maxBytes: number;
  readonly #life: string;
  readonly #listeners = new Listeners();
  readonly #stops: (() => void)[] = [];
  #broadcasts = 0;
  #directs = 0;
  #isClosed = false;

  constructor(options: RedisSessionBusOptions) {
    const { connection, processId, random = randomBytes } = options;
    this.processId = requireName("processId", processId);
    this.#redis = new RedisCaller(options);
    this.#prefix = options.keyPrefix ?? "headgate:bus:";
    this.#maxBytes = requireMaxBytes(options.maxBytes ?? DEFAULT_MAX_BYTES);
    this.#life = Buffer.from(random(6)).toString("base64url");
    const subscribed = [false, true].map((direct) => this.#subscribe(connection, direct));
    this.ready = Promise.all(subscribed).then(() => undefined);
  }

  broadcast(topic: string, text: string): Promise<Sending> {
    return this.#send(`${this.#prefix}all`, topic, text, () => ++this.#broadcasts);
  }

  async sendTo(processId: string, topic: string, text: string): Promise<Sending> {
    if (processId === this.processId) return { outcome: "sent" };
    requireName("processId", processId);
    return this.#send(this.#directChannel(processId), topic, text, () => ++this.#directs);
  }

  listen(topic: string, listener: BusListener): () => void {
    return this.#listeners.add(requireName("topic", topic), listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    for (const stop of this.#stops) stop();
  }

  /** Resolves when the channel is heard for the first time. */
  #subscribe(connection: RedisConnection, direct: boolean): Promise<void> {
    const channel = direct ? this.#directChannel(this.processId) : `${this.#prefix}all`;
    const arrivals = new Arrivals(!direct);
    return new Promise((resolve) => {
      const stop = connection.subscribe(channel, {
        message: (text) => this.#arrive(text, arrivals, direct),
        subscribed: () => {
          resolve();
          this.#listeners.tellGap();
        },
      });
      this.#stops.push(stop);
    });
  }

  #arrive(text: string, arrivals: Arrivals, direct: boolean): void {
    const posted = parsePosted(text);
    if (posted === undefined || posted.from === this.processId) return;
    const arrival = arrivals.judge(posted);
    if (arrival === "late") return;
    if (arrival === "after-gap") this.#listeners.tellGap();
    this.#listeners.tell(messageOf(posted, direct));
  }

  async #send(
    channel: string,
    topic: string,
    text: string,
    nextSequence: () => number,
  ): Promise<Sending> {
    requireName("topic", topic);
    const refusal = refuseTooLarge(topic, text, this.#maxBytes);
    if (refusal !== undefined) return refusal;
    if (this.#isClosed) return unavailable("store-away", this.#redis.retryAfterMs);
    const from = this.processId;
    const posted = postedText({ from, life: this.#life, sequence: nextSequence(), topic, text });
    const sent = await this.#redis.run(publish, [`${this.#prefix}{${from}}`], [channel, posted]);
    return sent.outcome === "unavailable" ? sent : { outcome: "sent" };
  }

  #directChannel(processId: string): string {
    return `${this.#prefix}to:${processId}`;
  }
}
