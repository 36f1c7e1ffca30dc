import type { IncomingMessage } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ResponseProbe } from "../../test/response-probe.ts";
import { sessionRig } from "../../test/session-rig.ts";
import type { GatewayError } from "../rpc/errors.ts";
import { openStanding } from "./standing-stream.ts";

function opened(
  { session }: ReturnType<typeof sessionRig>,
  headers: IncomingMessage["headers"] = {},
  remainingMs?: number,
): ResponseProbe {
  const response = new ResponseProbe();
  void openStanding(session, { headers } as IncomingMessage, response.real, remainingMs);
  return response;
}

describe("a standing stream", () => {
  test("gets what belongs to no request, also what was said before it", () => {
    const rig = sessionRig();
    rig.session.notify("early");
    const response = opened(rig);
    rig.session.notify("late");
    expect(response.headers["content-type"]).toBe("text/event-stream");
    expect(response.events).toEqual(["early", "", "late"]);
  });

  test.each(["2025-06-18", "2025-03-26"])("has no empty event under %s", (version) => {
    expect(opened(sessionRig(version)).body).toBe("");
  });

  test("is the newest one: each message goes to exactly one", () => {
    const rig = sessionRig("2025-06-18");
    const [first, second] = [opened(rig), opened(rig)];
    rig.session.notify("news");
    expect([first.events, second.events]).toEqual([[], ["news"]]);
  });

  test("has backends keep theirs as long as it stands", async () => {
    const rig = sessionRig();
    await rig.session.link("a");
    const first = opened(rig);
    const second = opened(rig);
    first.destroy();
    expect(rig.backends.a.link.listening).toBe(true);
    second.destroy();
    expect(rig.backends.a.link.listening).toBe(false);
  });

  test("goes on after the event that the client saw last", () => {
    const rig = sessionRig("2025-06-18");
    const first = opened(rig);
    rig.session.notify("one");
    rig.session.notify("two");
    const [, id = ""] = /^id: (\S+)$/m.exec(first.body) ?? [];
    first.destroy();
    rig.session.notify("three");
    expect(opened(rig, { "last-event-id": id }).events).toEqual(["two", "three"]);
  });

  test.each(["1_1", "0", "nonsense", "9_0"])(
    "cannot go on after %s, of which nobody knows",
    (id) => {
      expect(() => opened(sessionRig(), { "last-event-id": id })).toThrow(
        expect.objectContaining({ code: "invalid-request" }) as GatewayError,
      );
    },
  );

  test("ends when the token that it was opened with does, and what comes then is kept", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const rig = sessionRig("2025-06-18");
    const first = opened(rig, {}, 60_000);
    rig.session.notify("one");
    vi.advanceTimersByTime(59_999);
    expect(first.writableEnded).toBe(false);
    vi.advanceTimersByTime(1);
    expect(first.writableEnded).toBe(true);
    rig.session.notify("two");
    expect(first.events).toEqual(["one"]);
    expect(opened(rig).events).toEqual(["two"]);
  });

  test("that the client has closed leaves no timer, and one without an end makes none", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const rig = sessionRig();
    opened(rig, {}, 60_000).destroy();
    opened(rig, {}, Infinity);
    expect(vi.getTimerCount()).toBe(0);
    // Longer than a timer takes.
    const long = opened(rig, {}, 2 ** 40);
    vi.advanceTimersByTime(1_000_000);
    expect(long.writableEnded).toBe(false);
  });

  test("is nothing for a client that takes JSON alone", () => {
    expect(() => opened(sessionRig(), { accept: "application/json" })).toThrow(
      expect.objectContaining({ code: "not-acceptable" }) as GatewayError,
    );
  });
});
