/** The variable that holds the key with which records of sessions are encrypted: 32 bytes in base64. */
const SESSION_KEY = "HEADGATE_SESSION_KEY";

/** The variable that holds the key which it replaces, as long as records are encrypted with that. */
const PREVIOUS_SESSION_KEY = "HEADGATE_SESSION_PREVIOUS_KEY";

export { PREVIOUS_SESSION_KEY, SESSION_KEY };
