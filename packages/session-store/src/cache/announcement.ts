/** What a process tells the others of a session that it wrote. */
export interface Announcement {
  readonly id: string;
  readonly revision: number;
}

/** An announcement as a message. */
export function announcementText({ id, revision }: Announcement): string {
  return `${revision} ${id}`;
}

/** The reverse of `announcementText`; undefined for a message of another making, which is ignored. */
export function parseAnnouncement(text: string): Announcement | undefined {
  const [, revision, id] = /^(\d{1,15}(?:\.5)?) (.+)$/s.exec(text) ?? [];
  return revision === undefined || id === undefined
    ? undefined
    : { id, revision: Number(revision) };
}
