/** How long the events of a stream are kept for a client that lost its connection. */
const RESUME_WINDOW_MS = 5 * 60_000;

export { RESUME_WINDOW_MS };
