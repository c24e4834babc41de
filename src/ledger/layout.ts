// Names of the files in a ledger folder, and nothing about what is in them.

/** The latest checkpoint, replaced by rename: never torn. */
export const LATEST_NAME = "checkpoint";
/** Every checkpoint, one note after another. */
export const HISTORY_NAME = "checkpoints";
export const LOCK_NAME = "lock";

const DIGITS = 6;
const SEGMENT_PATTERN = /^seg-(\d{6,})\.log$/;
const CUT_PATTERN = /^cut-\d+-[0-9a-f]{64}\.bin$/;

/** `number` counts from 1. */
export function segmentName(number: number): string {
  return `seg-${String(number).padStart(DIGITS, "0")}.log`;
}

/** Payloads of the records in the segment of the same number. */
export function payloadName(number: number): string {
  return `payload-${String(number).padStart(DIGITS, "0")}.log`;
}

/** Bytes that were cut from a torn tail when the ledger held `sequence` records. */
export function cutName(sequence: number, sha256: string): string {
  return `cut-${sequence}-${sha256}.bin`;
}

/** Segment numbers present, ascending. */
export function segmentNumbers(names: readonly string[]): readonly number[] {
  return names
    .flatMap((name) => {
      const found = SEGMENT_PATTERN.exec(name);
      return found === null ? [] : [Number(found[1])];
    })
    .sort((left, right) => left - right);
}

/** Names of files that hold what was cut, in order. */
export function cutNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => CUT_PATTERN.test(name)).sort();
}
