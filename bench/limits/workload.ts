import { defineBucket, ownedBy, type Bucket, type TakeRequest } from "@headgate/token-bucket";

/** How many callers and tools there are; a call is one user's of one tool. */
export const USERS = 5_000;
export const TOOLS = 20;

/** A capacity that no run uses up, and a period in which none of it comes back between two calls. */
export const AMPLE = { capacity: 100_000_000, periodMicros: 1_000_000_000_000 } as const;

/** Four buckets of a call: of all, of the tool, of the user, and of the user with the tool. */
export interface Limits {
  readonly shared: Bucket;
  readonly tools: readonly Bucket[];
  readonly user: Bucket;
  readonly userTools: readonly Bucket[];
}

/** The limits of a run; `shared` may have another capacity, so that it refuses. */
export function limitsOf(shared: { capacity: number; periodMicros: number } = AMPLE): Limits {
  const each = (name: string): readonly Bucket[] =>
    Array.from({ length: TOOLS }, (_, tool) => defineBucket({ key: `${name} ${tool}`, ...AMPLE }));
  return {
    shared: defineBucket({ key: "shared", ...shared }),
    tools: each("tool"),
    user: defineBucket({ key: "user", ...AMPLE }),
    userTools: each("user tool"),
  };
}

/** What the gateway asks for one call. */
export function requestOf(limits: Limits, user: number, tool: number): TakeRequest {
  const owner = ownerOf(user);
  const { shared, tools, user: perUser, userTools } = limits;
  const [one, own] = [tools[tool] ?? shared, userTools[tool] ?? shared];
  return { buckets: [shared, one, ownedBy(perUser, owner), ownedBy(own, owner)], states: false };
}

const owners = Array.from({ length: USERS }, (_, user) => `user-${String(user).padStart(38, "0")}`);

/** As the gateway names users: by a hash of issuer and subject, which it makes once for a session. */
export function ownerOf(user: number): string {
  return owners[user] ?? `user-${user}`;
}
