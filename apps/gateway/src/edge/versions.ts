/** The handshake revisions that clients may speak, newest first. */
const CLIENT_VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26"] as const;

/** What a client gets that asks for `requested`: the same when it is spoken here, else the newest. */
function negotiate(requested: unknown): string {
  return CLIENT_VERSIONS.find((version) => version === requested) ?? CLIENT_VERSIONS[0];
}

/** Only in this revision may one body hold several messages. */
const BATCH_VERSION = "2025-03-26";

export { BATCH_VERSION, CLIENT_VERSIONS, negotiate };
