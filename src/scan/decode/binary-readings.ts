// The readings of one run that decodes to bytes that are no text: the bytes, and what is text below a mask. Not the decoding.
import { mayInflate } from "./deflate-start.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";
import { unmasked } from "./write-run.ts";

/** Bytes of a run above which nobody looks for a known value in what is no text. */
const BINARY_MAX = 4096;

/**
 * `decoded` may be overwritten once the first reading is asked for. Where nobody looks for known values, only what may be
 * compressed is a reading.
 */
export function binaryReadings(
  decoded: Uint8Array,
  run: { readonly name: string; readonly start: number; readonly end: number; readonly known: boolean },
): readonly (Decoded | null)[] {
  const looked = run.known && decoded.length <= BINARY_MAX;
  if (!looked && !mayInflate(decoded)) return [];
  const readings = [reading(decoded, run.name, run)];
  if (looked) for (const plain of unmasked(decoded)) readings.push(reading(plain, `masked ${run.name}`, run));
  return readings;
}

function reading(
  bytes: Uint8Array,
  name: string,
  { start, end }: { readonly start: number; readonly end: number },
): Decoded | null {
  const writer = new ViewWriter(bytes.length);
  writer.put(bytes, start, end);
  return writer.done(name, { for: "protected" });
}
