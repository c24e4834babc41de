// Bounds of the model listener, each a named constant. Not spec fields: they bound what it can be made to hold.

/** Bytes of one request body: a chat with several inline pictures fits. */
export const BODY_MAX: number = 16 * 1024 * 1024;

/** Bytes of request bodies held at once by a whole worker, over all grants. */
export const BUFFERED_MAX: number = 128 * 1024 * 1024;

/** Bytes of request bodies held at once by one grant, so that no task can keep the others' buffers. */
export const BUFFERED_PER_GRANT_MAX: number = 32 * 1024 * 1024;

/** Bytes of one answer; a provider that never ends is cut off here. */
export const ANSWER_MAX: number = 256 * 1024 * 1024;

/** Requests of one grant that are read or forwarded at once. */
export const CONCURRENT_MAX = 16;

/** Open connections of one grant. */
export const CONNECTIONS_MAX = 64;

/** Requests of one grant answered without the provider (refused or listed) before the grant ends: each leaves a record. */
export const UNFORWARDED_MAX = 1000;

/** ms without a byte while the provider thinks; then the request ends. */
export const IDLE_TIMEOUT = 600_000;

/** Nesting of a request body. RFC 8259 section 9 lets a parser set such a limit. */
export const DEPTH_MAX = 64;
