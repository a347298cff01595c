/** Of a webhook: what is waiting; what comes on top is dead from the start. */
export const MOST_PENDING = 10_000;

/** Of a webhook: the newest of what is over. */
export const MOST_KEPT = 10_000;

/** So many attempts in a row without an answer in time, and nothing is sent for a while; then one attempt at a time is made. */
export const TIMEOUTS_TO_PAUSE = 5;
export const PAUSE_MS = 5 * 60 * 1000;
