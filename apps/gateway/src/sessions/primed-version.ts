/** From this revision on clients understand an empty event, which gives them an id to come back with. */
const PRIMED_VERSION = "2025-11-25";

export { PRIMED_VERSION };
