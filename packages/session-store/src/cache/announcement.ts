/** What a process tells the others of a session. */
export type Announcement =
  | { readonly kind: "ended"; readonly id: string }
  | { readonly kind: "changed"; readonly id: string; readonly revision: number };

/** An announcement as a message. */
export function announcementText(announcement: Announcement): string {
  return announcement.kind === "ended"
    ? `ended ${announcement.id}`
    : `${announcement.revision} ${announcement.id}`;
}

/** The reverse of `announcementText`; undefined for a message of another making, which is ignored. */
export function parseAnnouncement(text: string): Announcement | undefined {
  const space = text.indexOf(" ");
  const word = text.slice(0, space);
  const id = text.slice(space + 1);
  if (space === -1 || id === "") return undefined;
  if (word === "ended") return { kind: "ended", id };
  return /^\d{1,15}(\.5)?$/.test(word)
    ? { kind: "changed", id, revision: Number(word) }
    : undefined;
}
