// Bounds of the submission listener, each a named constant. Not spec fields: they bound what it can be made to hold.

/** Bytes of one task document: as many as the task language reads (design, languages). */
export const DOCUMENT_MAX: number = 4 * 1024 * 1024;

/** Requests that wait for an answer at once. */
export const CONCURRENT_MAX = 16;

/** Open connections. */
export const CONNECTIONS_MAX = 32;

/** Requests refused here, without the governor, before the listener ends: a task that only knocks is not listened to. */
export const REFUSED_MAX = 1000;

/** ms without a byte: above what a request may wait for its child's end. */
export const IDLE_TIMEOUT = 360_000;
