// One frame of a segment or payload file: a header that says what follows, a digest, the body, padding. Not a reader of
// files (frame-reader.ts) and blind to what the body means (record-codec.ts). docs/LEDGER.md gives the layout.
import { Buffer } from "node:buffer";
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { assert } from "../stdx/assert.ts";
import type { FrameSlab } from "./frame-slab.ts";
import { HASH_BYTES, LEAF_PREFIX } from "./merkle-tree.ts";

/** Bytes before the body. */
export const HEADER_BYTES = 64;
/** Frames start at multiples of this, so that a search for frames behind damage is short. */
export const ALIGNMENT = 8;
/** Longest record: canonical core with its envelope. Longer input is a mistake of the caller, not evidence. */
export const RECORD_BYTES_MAX: number = 1024 * 1024;
/** Longest payload with its salt. */
export const PAYLOAD_BYTES_MAX: number = 4 * 1024 * 1024;

const LENGTH_AT = 4;
const SEQUENCE_AT = 8;
const FLUSH_AT = 16;
const CRC_AT = 24;
const DIGEST_AT = 28;
const RESERVED_AT = 60;
/** The last header byte is the RFC 6962 leaf prefix, so that a leaf is hashed in place. */
const LEAF_AT = HEADER_BYTES - 1;
const TWO_32 = 2 ** 32;

/** What a file holds: its magic, its longest body and where the digested bytes begin. */
export interface FrameFormat {
  readonly magic: number;
  readonly bodyBytesMax: number;
  readonly digestFrom: number;
}

/** Records: the digest is the RFC 6962 leaf hash of the body. Magic `WRTR`. */
export const recordFormat: FrameFormat = {
  magic: 0x57525452,
  bodyBytesMax: RECORD_BYTES_MAX,
  digestFrom: LEAF_AT,
};

/** Payloads: the body is salt ‖ payload, the digest its SHA-256. Magic `WRTP`. */
export const payloadFormat: FrameFormat = {
  magic: 0x57525450,
  bodyBytesMax: PAYLOAD_BYTES_MAX,
  digestFrom: HEADER_BYTES,
};

/** A frame that was read and whose header checksum, digest and padding hold. */
export interface Frame {
  readonly sequence: number;
  /** Sequence of the first record of the flush that wrote this frame. */
  readonly flush: number;
  readonly digest: Uint8Array;
  readonly body: Uint8Array;
  /** Whole frame, padding included. */
  readonly bytes: number;
}

/** Whole length of a frame whose body has `bodyBytes`. */
export function frameBytes(bodyBytes: number): number {
  return Math.ceil((HEADER_BYTES + bodyBytes) / ALIGNMENT) * ALIGNMENT;
}

/** A frame without its flush number, which `stampFlush` adds before it is written, and its digest in memory of its own. */
export interface EncodedFrame {
  readonly bytes: Buffer;
  readonly digest: Buffer;
}

/** A body that is text behind some bytes, in UTF-8: laid out where it goes, without a copy of its own. */
export interface TextBody {
  readonly before: Uint8Array;
  readonly text: string;
}

/** Lays `body` out as a frame, in `slab` if one is given. */
export function encodeFrame(
  format: FrameFormat,
  sequence: number,
  body: Uint8Array | TextBody,
  slab: FrameSlab | null = null,
): EncodedFrame {
  const length = bodyBytes(body);
  assert(Number.isSafeInteger(sequence) && sequence >= 0, "a sequence is a safe integer");
  assert(length > 0 && length <= format.bodyBytesMax, "a body is within its bound");
  const whole = frameBytes(length);
  const bytes = slab?.take(whole) ?? Buffer.allocUnsafeSlow(whole);
  bytes.writeUInt32BE(format.magic, 0);
  bytes.writeUInt32BE(length, LENGTH_AT);
  writeInteger(bytes, sequence, SEQUENCE_AT);
  bytes.writeUInt32BE(LEAF_PREFIX, RESERVED_AT);
  if (body instanceof Uint8Array) bytes.set(body, HEADER_BYTES);
  else {
    bytes.set(body.before, HEADER_BYTES);
    bytes.write(body.text, HEADER_BYTES + body.before.length, "utf8");
  }
  for (let at = HEADER_BYTES + length; at < bytes.length; at += 1) bytes[at] = 0;
  const digest = hash("sha256", digested(format, bytes, length), "buffer");
  bytes.set(digest, DIGEST_AT);
  return { bytes, digest };
}

/** How many bytes `body` has. */
export function bodyBytes(body: Uint8Array | TextBody): number {
  if (body instanceof Uint8Array) return body.length;
  return body.before.length + Buffer.byteLength(body.text, "utf8");
}

/** Completes the header: `flush` is the sequence of the first record written together with this one. */
export function stampFlush(frame: Buffer, flush: number): void {
  writeInteger(frame, flush, FLUSH_AT);
  frame.writeUInt32BE(crc32(frame.subarray(0, CRC_AT)), CRC_AT);
}

/** What stands at the start of `bytes`: how long a frame it announces, or null when no header holds there. */
export function announcedBytes(format: FrameFormat, bytes: Buffer): number | null {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32BE(0) !== format.magic) return null;
  if (bytes.readUInt32BE(CRC_AT) !== crc32(bytes.subarray(0, CRC_AT))) return null;
  const length = bytes.readUInt32BE(LENGTH_AT);
  if (length === 0 || length > format.bodyBytesMax || bytes.readUInt32BE(RESERVED_AT) !== 0) return null;
  return frameBytes(length);
}

/** The frame at the start of `bytes`, or null when any bit of it is not as written. Its body shares the memory. */
export function decodeFrame(format: FrameFormat, bytes: Buffer): Frame | null {
  const whole = announcedBytes(format, bytes);
  if (whole === null || bytes.length < whole) return null;
  const length = bytes.readUInt32BE(LENGTH_AT);
  const sequence = readInteger(bytes, SEQUENCE_AT);
  const flush = readInteger(bytes, FLUSH_AT);
  if (sequence === null || flush === null || flush > sequence) return null;
  for (let at = HEADER_BYTES + length; at < whole; at += 1) if (bytes[at] !== 0) return null;
  const digest = bytes.subarray(DIGEST_AT, DIGEST_AT + HASH_BYTES);
  if (!digest.equals(hash("sha256", digested(format, bytes, length), "buffer"))) return null;
  return {
    sequence,
    flush,
    digest,
    body: bytes.subarray(HEADER_BYTES, HEADER_BYTES + length),
    bytes: whole,
  };
}

function digested(format: FrameFormat, frame: Buffer, length: number): Buffer {
  return frame.subarray(format.digestFrom, HEADER_BYTES + length);
}

function writeInteger(into: Buffer, value: number, at: number): void {
  into.writeUInt32BE(Math.floor(value / TWO_32), at);
  into.writeUInt32BE(value % TWO_32, at + 4);
}

function readInteger(from: Buffer, at: number): number | null {
  const value = from.readUInt32BE(at) * TWO_32 + from.readUInt32BE(at + 4);
  return Number.isSafeInteger(value) ? value : null;
}
