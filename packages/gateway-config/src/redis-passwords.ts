/** The variable that holds the password of Redis. */
const REDIS_PASSWORD = "THV_SESSION_REDIS_PASSWORD";

/** The variable that holds the password of the Sentinels, which do not take that of Redis. */
const SENTINEL_PASSWORD = "THV_SESSION_REDIS_SENTINEL_PASSWORD";

export { REDIS_PASSWORD, SENTINEL_PASSWORD };
