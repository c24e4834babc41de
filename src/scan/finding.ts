// What the scanner found, and where. Types only. A finding never holds the value.

/**
 * `credential` and `personal`: evidence of detectors. `protected`: a value or document that the operator enrolled.
 * `opaque`: data that cannot be read and is nothing known, so that it could be anything.
 */
export type FindingClass = "credential" | "personal" | "protected" | "opaque";

export interface Finding {
  /** What it is: `github_token`, `iban`; of a protected value `value`, `document` or `canary`; of opaque data the cause. */
  readonly kind: string;
  readonly class: FindingClass;
  /** Of a protected value, what the operator calls it; else null. */
  readonly name: string | null;
  /** Bytes of what was scanned, end exclusive; of encoded data the encoded run. */
  readonly start: number;
  readonly end: number;
  /** The decodings that were undone, outermost first; empty: as given. */
  readonly decoded: readonly string[];
}

/** A finding in one view, in its own offsets (view.ts turns them into a finding's). */
export interface Match {
  readonly kind: string;
  readonly class: FindingClass;
  readonly name: string | null;
  readonly start: number;
  readonly end: number;
}
