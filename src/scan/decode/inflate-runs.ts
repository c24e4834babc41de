// Compressed streams inside a view, wherever they start: gzip, zlib and Zstandard by their magic numbers, raw deflate and brotli
// only where they may be the whole. What they hold is read through a port.
import { ScanExhausted } from "../scan-budget.ts";
import type { Decoder, DecoderInput } from "./decoder.ts";
import { mayBrotli, mayDeflate } from "./deflate-start.ts";
import { isText } from "./readable.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

/** One reading with all streams in it. A stream that holds more than is read, or one too many, is noted as unread. */
export const inflateRuns: Decoder = function* (input) {
  // What is compressed looks like chance, which is printable in three bytes of eight.
  if (input.survey.beyond === 0) return;
  yield* inflateMarked(input);
  yield inflateWhole(input);
};

type Format = Parameters<DecoderInput["ports"]["inflate"]>[0];

function* inflateMarked(input: DecoderInput): Generator<Decoded | null> {
  const { bytes } = input;
  input.budget.spend(bytes.length);
  const [writer, pixels] = [new ViewWriter(), new ViewWriter()];
  for (let at = 0; at + 6 < bytes.length; at++) {
    const format = formatAt(bytes, at);
    if (format === null) continue;
    const to = format === "zlib" && isPixels(bytes, at) ? pixels : writer;
    at += Math.max(0, inflateAt(input, { format, at }, to) - 1);
  }
  yield writer.done("compressed");
  // Of pixels nobody can say whether they are ordinary: only what is known can be told apart in them.
  yield pixels.done("compressed", { for: "protected" });
}

/** The data of a chunk of pixels, with its length before and another chunk behind it (PNG third edition, 5.3). */
function isPixels(bytes: Uint8Array, at: number): boolean {
  if (at < 8 || textAt(bytes, at - 4) !== "IDAT") return false;
  const length = ((bytes[at - 7] ?? 0) << 16) | ((bytes[at - 6] ?? 0) << 8) | (bytes[at - 5] ?? 0);
  return (
    at + length + 12 > bytes.length || /^(?:IDAT|IEND|[a-z][A-Za-z]{3})$/.test(textAt(bytes, at + length + 8))
  );
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** RFC 1952 section 2.3, RFC 1950 section 2.2 (window of 32 KiB, no dictionary), RFC 8878 section 3.1.1. */
function formatAt(bytes: Uint8Array, at: number): Format | null {
  const [first, second, third] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
  if (first === 0x1f) return second === 0x8b && third === 0x08 && mayBeGzip(bytes, at) ? "gzip" : null;
  if (first === 0x28) return second === 0xb5 && third === 0x2f && bytes[at + 3] === 0xfd ? "zstd" : null;
  if ((first & 0x8f) !== 0x08 || first === 0x08 || (second & 0x20) !== 0) return null;
  return (first * 256 + second) % 31 === 0 && mayDeflate(bytes, at + 2) ? "zlib" : null;
}

/** The flags without the reserved ones; where none says that more of a head comes, what is compressed comes after ten bytes. */
function mayBeGzip(bytes: Uint8Array, at: number): boolean {
  const flags = bytes[at + 3] ?? 0;
  return (flags & 0xe0) === 0 && ((flags & 0x1e) !== 0 || mayDeflate(bytes, at + 10));
}

/** Writes what the stream at `at` holds; gives the bytes it takes, 0: it is none. */
function inflateAt(
  input: DecoderInput,
  { format, at }: { readonly format: Format; readonly at: number },
  writer: ViewWriter,
): number {
  const { bytes } = input;
  const inner = inflate(input, format, bytes.subarray(at));
  if (inner === null) return 0;
  if (inner === "large") {
    writer.leave(at, bytes.length);
    return bytes.length - at;
  }
  if (inner.bytes.length === 0) return 0;
  writer.gap(at);
  writer.whole(inner.bytes, at, at + inner.used);
  writer.explain(at, at + inner.used);
  return inner.used;
}

function inflate(
  { inflations, ports, budget }: DecoderInput,
  format: Format,
  bytes: Uint8Array,
): { readonly bytes: Uint8Array; readonly used: number } | "large" | null {
  if (inflations.left === 0) return "large";
  try {
    const inner = ports.inflate(format, bytes, inflations.bytes);
    // By chance most marks begin no stream: they count as work alone.
    if (inner !== null) inflations.left--;
    budget.spend(inner?.bytes.length ?? Math.min(bytes.length, FAILED_COST));
    return inner;
  } catch (error) {
    // More than is read comes out: opaque, which an operator can clear, and not the end of the scan, which nobody can.
    if (error instanceof ScanExhausted && error.bound === "inflation") return "large";
    throw error;
  }
}

/** Bytes of work that a failed attempt counts for. */
const FAILED_COST = 4096;

/** Formats without a magic number are tried where a whole decoded run, or the whole input, is no text. */
function inflateWhole(input: DecoderInput): Decoded | null {
  const { bytes } = input;
  if (bytes.length < 8 || input.inflations.left < 2 || isText(bytes.subarray(0, PROBE))) return null;
  const writer = new ViewWriter();
  for (const format of ["deflate", "brotli"] as const) {
    if (!(format === "deflate" ? mayDeflate(bytes, 0) : mayBrotli(bytes))) continue;
    const inner = inflate(input, format, bytes);
    if (inner === null || inner === "large" || inner.bytes.length < 4 || inner.used < bytes.length / 2)
      continue;
    if (!isText(inner.bytes)) continue;
    writer.whole(inner.bytes, 0, bytes.length);
    writer.explain(0, bytes.length);
    return writer.done(format);
  }
  return null;
}

const PROBE = 4096;
