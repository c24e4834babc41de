// The one form of a writ token that exists: its JWS header and its longest life. Constants only, for the side that
// signs and the side that verifies.

/**
 * The protected header of every writ (RFC 7515 compact form; `EdDSA` is Ed25519 here, RFC 8037). Closed: a token with
 * another member, another algorithm or another type is no writ, whoever signed it.
 */
export const WRIT_HEADER: { readonly alg: "EdDSA"; readonly typ: "writ+jwt" } = {
  alg: "EdDSA",
  typ: "writ+jwt",
};

/** ms that a writ may lie between its making and its start. A writ is for now; queued work is decided again. */
export const WRIT_LIFE_MAX = 300_000;

/** Characters of a token. The largest writ in tests is under 100 kB; this bounds what is parsed at all. */
export const WRIT_LENGTH_MAX = 1_048_576;
