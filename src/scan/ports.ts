// What the pure scanner needs of its surroundings: decompression, a digest, a clock. Types only.

export interface ScanPorts {
  /** ms, a clock that never goes back. */
  readonly now: () => number;
  /**
   * The bytes of one compressed stream that starts at `bytes[0]`, whatever follows it; `used`: how many bytes of the input it
   * was. null: it is none. Throws ScanExhausted("inflation") above `max` bytes of output.
   */
  readonly inflate: (
    format: "gzip" | "zlib" | "deflate" | "brotli" | "zstd",
    bytes: Uint8Array,
    max: number,
  ) => { readonly bytes: Uint8Array; readonly used: number } | null;
  /** Bytes that deflate needs for `bytes` with `dictionary` (at most 32 KiB of it count) as what came before. */
  readonly deflatedLength: (bytes: Uint8Array, dictionary: Uint8Array) => number;
  /** SHA-256. */
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  /** HMAC-SHA-256. */
  readonly hmac: (key: Uint8Array, bytes: Uint8Array) => Uint8Array;
}
