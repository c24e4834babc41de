// The dial's bounds. Not spec fields: they bound what an upstream or a resolver can make the gate wait for.

/** ms for a name to be looked up. */
export const LOOKUP_TIMEOUT = 5_000;

/** ms that a name that was not found stays so: a client that retries at once asks nobody. */
export const NOT_FOUND_KEPT = 5_000;

/** Names kept as not found. */
export const NOT_FOUND_MAX = 256;

/** Addresses of one name that are tried. */
export const ADDRESSES_MAX = 8;

/** ms after which the next address is tried beside the one before (RFC 8305 section 5). */
export const ATTEMPT_DELAY = 250;

/** ms for a TCP connection, over all addresses. */
export const CONNECT_TIMEOUT = 10_000;

/** ms for a TLS handshake. */
export const HANDSHAKE_TIMEOUT = 10_000;

/** Sets of authorities kept ready; loading one takes milliseconds. */
export const CONTEXTS_MAX = 64;
