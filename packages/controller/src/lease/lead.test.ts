import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ManualClock, settled } from "../../test/manual-clock.ts";
import type { ApiClient, Written } from "../api/client.ts";
import { ControllerError } from "../api/error.ts";
import { lead } from "./lead.ts";
import type { Lease } from "./lease.ts";

type Client = Pick<ApiClient, "get" | "create" | "replace">;

/** One lease on a server, which can be told to fail. */
class LeaseServer {
  lease: Lease | undefined;
  mode: "well" | "failing" | "silent" = "well";
  writes = 0;

  readonly client = {
    get: async () => {
      await this.#answer();
      return this.lease;
    },
    create: async (_kind: unknown, lease: Lease) => this.#write(undefined, lease),
    replace: async (_kind: unknown, lease: Lease) =>
      this.#write(lease.metadata.resourceVersion, lease),
  } as unknown as Client;

  async #answer(): Promise<void> {
    if (this.mode === "failing") throw new ControllerError("unreachable", "nobody there");
    if (this.mode === "silent") await new Promise(() => {});
  }

  async #write(version: string | undefined, lease: Lease): Promise<Written<Lease>> {
    await this.#answer();
    if (this.lease?.metadata.resourceVersion !== version) {
      return { outcome: "conflict", message: "", causes: [] };
    }
    this.writes += 1;
    const resourceVersion = String(this.writes);
    this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion } };
    return { outcome: "written", object: this.lease };
  }

  /** Another process writes to the lease. */
  seize(holderIdentity: string): void {
    this.writes += 1;
    const metadata = { namespace: "n", name: "l", resourceVersion: String(this.writes) };
    this.lease = { metadata, spec: { ...this.lease?.spec, holderIdentity } };
  }
}

/** A way to a lease server that can fail on its own. */
function wayTo(server: LeaseServer): { readonly client: Client; mode: LeaseServer["mode"] } {
  const way = { mode: "well" as LeaseServer["mode"], client: server.client };
  const pass = async () => {
    if (way.mode === "failing") throw new ControllerError("unreachable", "nobody there");
    if (way.mode === "silent") await new Promise(() => {});
  };
  way.client = {
    get: (kind, name) => pass().then(() => server.client.get(kind, name)),
    create: (kind, lease) => pass().then(() => server.client.create(kind, lease)),
    replace: (kind, lease) => pass().then(() => server.client.replace(kind, lease)),
  };
  return way;
}

function candidate(server: { readonly client: Client }, clock: ManualClock, identity: string) {
  const stop = new AbortController();
  const state = { leads: false, lostAtMs: NaN };
  const ended = lead(
    {
      client: server.client,
      lease: { namespace: "n", name: "l" },
      identity,
      clock,
      random: () => 0,
    },
    (signal) =>
      new Promise((resolve) => {
        state.leads = true;
        signal.addEventListener("abort", () => {
          state.leads = false;
          state.lostAtMs = clock.monotonicMs();
          resolve();
        });
      }),
    stop.signal,
  );
  return { state, stop, ended };
}

describe("of two candidates", () => {
  test("one leads, and the other as soon as the first lets go", async () => {
    const [server, clock] = [new LeaseServer(), new ManualClock()];
    const first = candidate(server, clock, "first");
    await clock.advance(0);
    const second = candidate(server, clock, "second");
    await clock.advance(60_000);
    expect([first.state.leads, second.state.leads]).toEqual([true, false]);
    first.stop.abort();
    expect(await first.ended).toBe("stopped");
    await clock.advance(2_000);
    expect(second.state.leads).toBe(true);
    second.stop.abort();
    expect(await second.ended).toBe("stopped");
  });

  test("the one that cannot renew gives up before the other may begin", async () => {
    const clock = new ManualClock();
    const [server, cut] = [new LeaseServer(), new LeaseServer()];
    const first = candidate(cut, clock, "first");
    await clock.advance(5_000);
    server.lease = cut.lease;
    const second = candidate(server, clock, "second");
    for (const mode of ["failing", "silent"] as const) cut.mode = mode;
    let both = false;
    for (let time = 0; time < 300; time++) {
      await clock.advance(100);
      both ||= first.state.leads && second.state.leads;
    }
    expect(both).toBe(false);
    expect(second.state.leads).toBe(true);
    expect(await first.ended).toBe("lost");
    second.stop.abort();
    await second.ended;
  });
});

const weather = fc.array(
  fc.record({
    who: fc.nat(2),
    mode: fc.constantFrom("well" as const, "failing" as const, "silent" as const),
    forMs: fc.integer({ min: 100, max: 20_000 }),
  }),
  { maxLength: 12 },
);

test("never do two lead at a time, whoever is cut off and for how long; and in the end one does", async () => {
  await fc.assert(
    fc.asyncProperty(weather, async (spells) => {
      const [server, clock] = [new LeaseServer(), new ManualClock()];
      const ways = [wayTo(server), wayTo(server), wayTo(server)];
      const candidates = ways.map((way, index) => candidate(way, clock, `c${index}`));
      const leaders = () => candidates.filter(({ state }) => state.leads).length;
      let most = 0;
      for (const { who, mode, forMs } of spells) {
        ways[who]!.mode = mode;
        for (let passed = 0; passed < forMs; passed += 500) {
          await clock.advance(500);
          most = Math.max(most, leaders());
        }
      }
      expect(most).toBeLessThanOrEqual(1);
      for (const one of candidates) one.stop.abort();
      for (const way of ways) way.mode = "well";
      await clock.advance(20_000);
      const last = candidate(server, clock, "last");
      await clock.advance(20_000);
      expect(last.state.leads).toBe(true);
      last.stop.abort();
      await last.ended;
    }),
    { numRuns: 60 },
  );
});

describe("leadership ends at once", () => {
  test.each(["failing", "silent"] as const)(
    "10 s after the last renewal was sent, when the server is %s",
    async (mode) => {
      const [server, clock] = [new LeaseServer(), new ManualClock()];
      const { state, ended } = candidate(server, clock, "us");
      await clock.advance(0);
      const heldAtMs = clock.monotonicMs();
      server.mode = mode;
      await clock.advance(9_999);
      expect(state.leads).toBe(true);
      await clock.advance(1);
      expect(await ended).toBe("lost");
      expect(state.lostAtMs - heldAtMs).toBe(10_000);
    },
  );

  test("when another holds the lease", async () => {
    const [server, clock] = [new LeaseServer(), new ManualClock()];
    const { ended } = candidate(server, clock, "us");
    await clock.advance(1_000);
    server.seize("them");
    await clock.advance(1_000);
    expect(await ended).toBe("lost");
    expect(server.lease?.spec?.holderIdentity).toBe("them");
  });

  test("when the lease was deleted", async () => {
    const [server, clock] = [new LeaseServer(), new ManualClock()];
    const { ended } = candidate(server, clock, "us");
    await clock.advance(1_000);
    server.lease = undefined;
    await clock.advance(2_000);
    expect(await ended).toBe("lost");
  });
});

test("a lease whose taking was answered too late is not led by", async () => {
  const [server, clock] = [new LeaseServer(), new ManualClock()];
  const answer = Promise.withResolvers<void>();
  let slow = true;
  const client: Client = {
    ...server.client,
    create: async (kind, lease) => {
      const written = await server.client.create(kind, lease);
      if (slow) await answer.promise;
      return written;
    },
  };
  const late = candidate({ client }, clock, "late");
  await clock.advance(11_000);
  slow = false;
  server.seize("them");
  answer.resolve();
  await clock.advance(4_000);
  expect(late.state.leads).toBe(false);
  late.stop.abort();
  expect(await late.ended).toBe("stopped");
});

test("the lease is let go of although a renewal was under way of which nothing was heard", async () => {
  const [server, clock] = [new LeaseServer(), new ManualClock()];
  let mute = false;
  const client: Client = {
    ...server.client,
    replace: async (kind, lease) => {
      const written = await server.client.replace(kind, lease);
      if (mute) await new Promise(() => {});
      return written;
    },
  };
  const { stop, ended } = candidate({ client }, clock, "us");
  await clock.advance(1_000);
  mute = true;
  await clock.advance(1_500);
  mute = false;
  stop.abort();
  expect(await ended).toBe("stopped");
  expect(server.lease?.spec?.holderIdentity).toBe("");
});

describe("leadership goes on", () => {
  test("through failures that are over in time", async () => {
    const [server, clock] = [new LeaseServer(), new ManualClock()];
    const { state, stop, ended } = candidate(server, clock, "us");
    for (let round = 0; round < 5; round++) {
      await clock.advance(3_000);
      server.mode = "failing";
      await clock.advance(6_000);
      server.mode = "well";
    }
    expect(state.leads).toBe(true);
    stop.abort();
    expect(await ended).toBe("stopped");
  });

  test("when somebody else wrote to the lease and left us its holder", async () => {
    const [server, clock] = [new LeaseServer(), new ManualClock()];
    const { state, stop, ended } = candidate(server, clock, "us");
    await clock.advance(1_000);
    server.seize("us");
    await clock.advance(20_000);
    expect(state.leads).toBe(true);
    stop.abort();
    await ended;
  });
});

test("a lease is written once in two seconds, and once more to let go of it", async () => {
  const [server, clock] = [new LeaseServer(), new ManualClock()];
  const { stop, ended } = candidate(server, clock, "us");
  await clock.advance(60_000);
  expect(server.writes).toBe(31);
  stop.abort();
  await ended;
  expect(server.writes).toBe(32);
  expect(server.lease?.spec?.holderIdentity).toBe("");
});

test("work that is over lets go of the lease; work that fails too, and its error is told", async () => {
  const clock = new ManualClock();
  const run = async (work: () => Promise<void>) => {
    const server = new LeaseServer();
    const lease = { namespace: "n", name: "l" };
    const options = { client: server.client, lease, identity: "us", clock };
    const ended = lead(options, work, new AbortController().signal).catch(
      (error: Error) => error.message,
    );
    await settled();
    return [await ended, server.lease?.spec?.holderIdentity];
  };
  expect(await run(async () => {})).toEqual(["finished", ""]);
  expect(await run(() => Promise.reject(new Error("broken")))).toEqual(["broken", ""]);
});
