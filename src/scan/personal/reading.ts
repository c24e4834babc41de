// How much a view's own neighbourhoods mean: those of what was given, of what was decoded, or of pieces put together.

/**
 * `given`: as scanned; `decoded`: a run undone, in which a value alone is no sign, since runs are cut out; `joined`: pieces put
 * together by a decoder, whose neighbours may never have stood side by side.
 */
export type Reading = "given" | "decoded" | "joined";

/**
 * What a view with these decodings is.
 *
 * @example readingOf(["base64", "concatenation"]) === "joined"
 */
export function readingOf(decoded: readonly string[]): Reading {
  if (decoded.length === 0) return "given";
  return decoded.some((name) => JOINED.test(name)) ? "joined" : "decoded";
}

/** The decoders that put pieces together (../decode: join-pieces.ts, pick-letters.ts). */
const JOINED = /^(?:concatenation|groups|.* letters of .*)$/;
