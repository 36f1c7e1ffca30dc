import { steadyClock, type Clock } from "../clock.ts";
import { recordLifeMs, refreshAfterMs } from "../store/time-to-live.ts";
import {
  admitUser,
  checkedUserCaps,
  type Admitted,
  type CapReached,
  type UserCaps,
} from "./session-caps.ts";
import {
  overOf,
  SUSPECTS,
  USER_LIFE_MS,
  type SessionCounter,
  type SessionCounterOptions,
} from "./session-counter.ts";

/** How a counter in memory is made. */
export interface MemorySessionCounterOptions extends SessionCounterOptions {
  readonly now?: Clock;
}

/** A counter for one process. */
export interface MemorySessionCounter extends SessionCounter {
  /** Users remembered. */
  readonly users: number;
}

/** Makes a counter that has counted nothing. */
export function memorySessionCounter(options: MemorySessionCounterOptions): MemorySessionCounter {
  return new InProcessCounter(options);
}

interface User {
  /** By session: when it is worth asking whether it is over. */
  readonly sessions: Map<string, number>;
  begun: number;
  minuteEndsAtMs: number;
  forgottenAtMs: number;
}

class InProcessCounter implements MemorySessionCounter {
  // In the order of their last session.
  readonly #users = new Map<string, User>();
  readonly #caps: UserCaps;
  readonly #store: SessionCounterOptions["store"];
  readonly #ttlMs: number;
  readonly #now: Clock;

  constructor(options: MemorySessionCounterOptions) {
    this.#caps = checkedUserCaps(options);
    this.#store = options.store;
    this.#ttlMs = options.ttlMs ?? 30 * 60_000;
    this.#now = options.now ?? steadyClock;
  }

  get users(): number {
    return this.#users.size;
  }

  async admit(name: string, sessionId: string): Promise<Admitted | CapReached> {
    for (;;) {
      const user = this.#userAt(name);
      if (user.sessions.has(sessionId)) return { outcome: "admitted" };
      const suspects = this.#suspectsOf(user);
      if (user.sessions.size < this.#caps.maxPerUser || suspects.length === 0) {
        return this.#decide(user, sessionId);
      }
      const over = await overOf(this.#store, suspects);
      const againAtMs = this.#now() + refreshAfterMs(this.#ttlMs);
      for (const id of suspects) {
        if (over.includes(id)) user.sessions.delete(id);
        else if (user.sessions.has(id)) user.sessions.set(id, againAtMs);
      }
    }
  }

  async release(name: string, sessionId: string): Promise<{ readonly outcome: "released" }> {
    this.#users.get(name)?.sessions.delete(sessionId);
    return { outcome: "released" };
  }

  #decide(user: User, sessionId: string): Admitted | CapReached {
    const now = this.#now();
    const admission = admitUser(this.#caps, {
      live: user.sessions.size,
      firstEndsInMs: Math.min(...user.sessions.values()) - now,
      begunThisMinute: user.begun,
      minuteEndsInMs: user.minuteEndsAtMs - now,
    });
    if (admission.outcome === "admitted") {
      user.begun += 1;
      user.sessions.set(sessionId, now + recordLifeMs(this.#ttlMs));
    }
    return admission;
  }

  #suspectsOf({ sessions }: User): string[] {
    const now = this.#now();
    const past = [...sessions].filter(([, atMs]) => atMs <= now);
    return past.slice(0, SUSPECTS).map(([id]) => id);
  }

  #userAt(name: string): User {
    const now = this.#now();
    this.#forgetUsers(now);
    const user = this.#users.get(name) ?? {
      sessions: new Map(),
      begun: 0,
      minuteEndsAtMs: 0,
      forgottenAtMs: 0,
    };
    if (user.minuteEndsAtMs <= now) Object.assign(user, { begun: 0, minuteEndsAtMs: now + 60_000 });
    user.forgottenAtMs = now + USER_LIFE_MS;
    this.#users.delete(name);
    this.#users.set(name, user);
    return user;
  }

  /** Two out for each one in: users who are gone are forgotten as others come, without a timer. */
  #forgetUsers(now: number): void {
    let examined = 0;
    for (const [name, { forgottenAtMs }] of this.#users) {
      if (forgottenAtMs > now || ++examined > 2) break;
      this.#users.delete(name);
    }
  }
}
