// The bounds of the gate's HTTP half, each a named constant. Not spec fields: they bound what the gate itself can be made
// to hold or wait for, whatever a writ grants.

/** Bytes of one request body as sent: a pushed pack or an upload of some pictures fits. */
export const BODY_MAX: number = 64 * 1024 * 1024;

/** Bytes of one request body after its content encodings are undone. */
export const DECODED_MAX: number = 64 * 1024 * 1024;

/** Content encodings on one body. RFC 9110 section 8.4 sets no limit; nobody sends more than one for a good reason. */
export const ENCODINGS_MAX = 3;

/** Bytes of request bodies held at once for one task, so that no task can keep the others' buffers. */
export const BUFFERED_PER_TASK_MAX: number = 128 * 1024 * 1024;

/** Requests of one task under way at once; npm opens 15 connections, a browser 6 a host with 100 streams each. */
export const CONCURRENT_MAX = 128;

/** Bytes of one head: request line and all fields, either way. Node's default is 16 KiB, and cookies come close. */
export const HEAD_MAX: number = 32 * 1024;

/** Fields of one head. */
export const FIELDS_MAX = 200;

/** ms without a byte of a request's body. */
export const BODY_IDLE_TIMEOUT = 30_000;

/** ms to send a whole request body, however steadily it drips. */
export const BODY_TIMEOUT = 300_000;

/** ms to read off the rest of a refused request, so that its answer is not lost in a reset. */
export const DRAIN_TIMEOUT = 2_000;

/** ms without a byte from the upstream, or without the task reading one; a model may think this long. */
export const IDLE_TIMEOUT = 600_000;

/** ms from a request's first byte to the end of its answer's head, however it drips: sent in five minutes, thought over in ten. */
export const ANSWER_HEAD_TIMEOUT = 900_000;

/** Informational answers (RFC 9110 section 15.2) before the final one; nobody sends more than two or three. */
export const INFORMATIONAL_MAX = 16;

/** ms from the name to a verified connection; the dialler has bounds of its own below it. */
export const DIAL_TIMEOUT = 30_000;

/** ms that an upstream connection is kept unused: below the 5 s after which Node's servers hang up. */
export const POOL_IDLE_TIMEOUT = 4_000;

/** Unused upstream connections kept for one destination: fewer than a task uses at once are opened and closed all the time. */
export const POOL_IDLE_MAX = 64;

/** Bytes of one HTTP/2 answer that the upstream may send ahead of its reader (RFC 9113 section 6.9.2; the default is 64 KiB). */
export const STREAM_WINDOW: number = 256 * 1024;

/** The same for all answers of one HTTP/2 connection: sixteen that nobody reads leave no room for another. */
export const SESSION_WINDOW: number = 4 * 1024 * 1024;
