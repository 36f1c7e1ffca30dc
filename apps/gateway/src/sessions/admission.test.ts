import type { SessionCounter } from "@headgate/session-store";
import { expect, test } from "vitest";
import { ANONYMOUS, type Caller } from "../identity/caller.ts";
import { Admission } from "./admission.ts";

const ALICE: Caller = { kind: "user", userKey: "alice" };
const LOCAL: Caller = { kind: "local", userKey: "root" };

function scene(outcome: Awaited<ReturnType<SessionCounter["admit"]>> = { outcome: "admitted" }) {
  const told: string[] = [];
  const users: SessionCounter = {
    async admit(user, id) {
      told.push(`admit ${user} ${id}`);
      return outcome;
    },
    async release(user, id) {
      told.push(`release ${user} ${id}`);
      return { outcome: "released" };
    },
  };
  const refused = (why: string) => void told.push(`refused ${why}`);
  return { admission: new Admission({ maxSessions: 2, users, refused }), told };
}

test("over the cap of the process none begins, with a time to come back, until one leaves", async () => {
  const { admission, told } = scene();
  await admission.admit("1", ANONYMOUS);
  await admission.admit("2", LOCAL);
  await expect(admission.admit("3", ANONYMOUS)).rejects.toMatchObject({
    code: "too-many-sessions",
    httpStatus: 503,
    data: { retryAfterSeconds: 10 },
  });
  expect(told).toEqual(["refused process-full"]);
  admission.left("1");
  await expect(admission.admit("3", ANONYMOUS)).resolves.toBeUndefined();
});

test("two that begin at the same time do not both take the last place", async () => {
  const { admission } = scene();
  const all = await Promise.allSettled(["1", "2", "3"].map((id) => admission.admit(id, ALICE)));
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
});

test("sessions of users who signed in are counted, and of nobody else", async () => {
  const { admission, told } = scene();
  await admission.admit("1", ALICE);
  admission.ended("1", ALICE);
  admission.left("1");
  await admission.admit("2", LOCAL);
  admission.ended("2", LOCAL);
  expect(told).toEqual(["admit alice 1", "release alice 1"]);
});

test.each([
  ["user-full", "too many sessions open"],
  ["user-too-fast", "too many sessions within a minute"],
] as const)("a user over a cap (%s) is told so, and takes no place", async (reason, sentence) => {
  const { admission, told } = scene({ outcome: "refused", reason, retryAfterMs: 2_400 });
  const refusal = { code: "too-many-sessions-of-user", httpStatus: 429 };
  for (let n = 0; n < 3; n++) {
    const admitting = admission.admit(`${n}`, ALICE);
    await expect(admitting).rejects.toMatchObject({ ...refusal, data: { retryAfterSeconds: 3 } });
    await expect(admitting).rejects.toThrow(sentence);
  }
  expect(told).toContain(`refused ${reason}`);
  expect(() => admission.requireRoom()).not.toThrow();
});

test("without the counter users are let in; whether a session begins is decided where it is written", async () => {
  const away = { reason: "store-away", executed: "no", retryAfterMs: 1_000 } as const;
  const { admission, told } = scene({ outcome: "unavailable", ...away });
  await admission.admit("1", ALICE);
  admission.storeAway("1", ALICE);
  expect(told).toEqual(["admit alice 1", "refused store-away", "release alice 1"]);
});
