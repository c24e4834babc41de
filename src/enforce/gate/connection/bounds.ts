// The bounds of a task's connections. Not spec fields: they bound what the gate itself can be made to hold.

/** Open connections of one task. */
export const CONNECTIONS_MAX = 512;

/** Refused connections, look-ups and requests of one task before all its listeners close: each leaves a record. */
export const REFUSALS_MAX = 1000;

/** ms for a TLS handshake with the task, from its hello on. */
export const HANDSHAKE_TIMEOUT = 10_000;

/** ms to send a whole request head. */
export const HEAD_TIMEOUT = 15_000;

/** ms to send a whole request; a body has narrower bounds of its own (http/bounds.ts). */
export const REQUEST_TIMEOUT = 330_000;

/** ms that a connection may stay open between two requests; clients keep theirs for 4 to 90 s. */
export const KEEP_ALIVE_TIMEOUT = 90_000;

/** Streams of one HTTP/2 connection at once (RFC 9113 section 6.5.2 recommends no less than 100). */
export const STREAMS_MAX = 128;

/** ms for a refused client to take its answer. */
export const LINGER_TIMEOUT = 2_000;

/** Characters of a name that is no granted one, in a record. Longer ones are recorded without. */
export const RECORDED_NAME_MAX = 100;
