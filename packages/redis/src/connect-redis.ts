import { Cluster } from "ioredis";
import { Call, deadlineMissed } from "./call.ts";
import { openClient, openSubscriber } from "./client.ts";
import type {
  CallOptions,
  RedisArgument,
  RedisConnection,
  RedisState,
  Reply,
  StateListener,
} from "./connection.ts";
import { Deadlines, loopClock } from "./deadlines.ts";
import { RedisError } from "./error.ts";
import { evictionPolicyOf, worstPolicy, type EvictionPolicy } from "./eviction-policy.ts";
import type { Client } from "./keep-up.ts";
import type { RedisOptions } from "./options.ts";
import { ScriptRunner } from "./script-runner.ts";
import type { Script } from "./script.ts";
import { settingsOf, type Settings } from "./settings.ts";
import { disconnected, StateOfClient } from "./state-of-client.ts";
import type { Subscriber } from "./subscriber.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Turns } from "./turns.ts";

/**
 * Connects to Redis, and answers at once: the server may be away, now or later. Throws a `RedisError` only for options
 * with which it could never connect.
 *
 * @example
 * const redis = connectRedis({ topology: { kind: "single", host: "127.0.0.1", port: 6379 } });
 * const script = defineScript("return redis.call('INCR', KEYS[1])");
 * const count = await redis.run(script, ["{visits}"], [], { deadlineMs: 30 });
 */
export function connectRedis(options: RedisOptions): RedisConnection {
  return new LibraryConnection(settingsOf(options));
}

class LibraryConnection implements RedisConnection {
  readonly #settings: Settings;
  readonly #closed = new AbortController();
  readonly #client: Client;
  readonly #state: StateOfClient;
  readonly #deadlines: Deadlines<Call>;
  readonly #scripts: ScriptRunner;
  readonly #subscriptions: Subscriptions;
  readonly #turns: Turns;
  readonly #failure = (): RedisError | undefined => this.#state.failure;

  constructor(settings: Settings) {
    this.#settings = settings;
    const { observer, now } = settings;
    this.#client = openClient(settings, this.#closed.signal);
    this.#state = new StateOfClient(this.#client);
    this.#deadlines = new Deadlines<Call>(loopClock(now), (call) => this.#giveUp(call));
    this.#scripts = new ScriptRunner(() => observer?.scriptLoaded?.());
    this.#subscriptions = new Subscriptions(() => openSubscriber(settings, this.#closed.signal));
    this.#turns = new Turns(now, observer ?? {});
  }

  get state(): RedisState {
    return this.#state.current;
  }

  onState(listener: StateListener): () => void {
    return this.#state.listen(listener);
  }

  send(
    command: string,
    args: readonly RedisArgument[] = [],
    options?: CallOptions,
  ): Promise<Reply> {
    return this.#issue(this.#callOf(command, args.map(String), this.#dueMs(options)), this.#client);
  }

  run(
    script: Script,
    keys: readonly string[],
    args: readonly RedisArgument[] = [],
    options?: CallOptions,
  ): Promise<Reply> {
    const dueMs = this.#dueMs(options);
    return this.#scripts.run(script, keys, args, (command, all) =>
      this.#issue(this.#callOf(command, all, dueMs), this.#client),
    );
  }

  async evictionPolicy(): Promise<EvictionPolicy> {
    const client = this.#client;
    const servers = client instanceof Cluster ? client.nodes("master") : [client];
    return worstPolicy(await Promise.all(servers.map((server) => this.#policyOf(server))));
  }

  async publish(channel: string, message: string, options?: CallOptions): Promise<number> {
    return Number(await this.send("PUBLISH", [channel, message], options));
  }

  subscribe(channel: string, subscriber: Subscriber): () => void {
    return this.#subscriptions.subscribe(channel, subscriber);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const subscriber = this.#subscriptions.close();
    await Promise.all([this.#state.close(), subscriber && disconnected(subscriber)]);
  }

  #dueMs(options: CallOptions | undefined): number {
    return this.#settings.now() + (options?.deadlineMs ?? this.#settings.deadlineMs);
  }

  #callOf(command: string, args: string[], dueMs: number): Call {
    return new Call(command, args, dueMs, this.#failure);
  }

  #issue(call: Call, client: Client): Promise<Reply> {
    this.#turns.sent(call);
    const sent = client.sendCommand(call) as Promise<Reply>;
    if (client instanceof Cluster) call.noteRedirections();
    if (!call.isSettled) this.#deadlines.add(call);
    return sent;
  }

  #giveUp(call: Call): void {
    this.#settings.observer?.deadlineMissed?.();
    call.reject(deadlineMissed(call.written));
  }

  async #policyOf(server: Client): Promise<EvictionPolicy> {
    const dueMs = this.#dueMs(undefined);
    const questions = [
      ["INFO", "memory"],
      ["CONFIG", "GET", "maxmemory-policy"],
    ] as const;
    for (const [command, ...args] of questions) {
      try {
        return evictionPolicyOf(await this.#issue(this.#callOf(command, args, dueMs), server));
      } catch (error) {
        const refused = error instanceof RedisError && /^(forbidden|error-reply)$/.test(error.code);
        if (!refused) throw error;
      }
    }
    return "unknown";
  }
}
