// What the pure scanner needs of its surroundings, of Node: zlib, digests, a clock of processor time. Not the scanner.
import { createHmac, hash } from "node:crypto";
import {
  brotliDecompressSync,
  constants,
  deflateRawSync,
  inflateRawSync,
  zstdDecompressSync,
} from "node:zlib";
import type { ScanPorts } from "../scan/ports.ts";
import { ScanExhausted } from "../scan/scan-budget.ts";

/**
 * Ports for one thread: each call is synchronous, and so ends before a deadline is looked at. A stream that is cut short
 * still says what it says: `inflate` gives the bytes before the cut.
 */
export function createScanPorts(): ScanPorts {
  return {
    now: threadTime,
    inflate,
    deflatedLength: (bytes, dictionary) =>
      deflateRawSync(bytes, dictionary.length === 0 ? {} : { dictionary: dictionary.slice(-WINDOW) }).length,
    sha256: (bytes) => hash("sha256", bytes, "buffer"),
    hmac: (key, bytes) => createHmac("sha256", key).update(bytes).digest(),
  };
}

/**
 * ms of processor time of the calling thread (getrusage(2), RUSAGE_THREAD): a scan has its time whatever else the machine
 * does. Whoever waits for one has a bound of wall-clock time of its own.
 */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Bytes of a dictionary that count: RFC 1951 section 2. */
const WINDOW = 32_768;

type Format = Parameters<ScanPorts["inflate"]>[0];
type Decompress = (bytes: Uint8Array, options: object) => unknown;

/** How a stream of each format is read: what comes before the compressed data, and how that ends without an error when cut short. */
const READERS: {
  readonly [format in Format]: {
    readonly read: Decompress;
    readonly flush: number;
    readonly head: (bytes: Uint8Array) => number;
  };
} = {
  // Without the checksum at the end: a stream with a wrong one still says what it says.
  gzip: { read: inflateRawSync, flush: constants.Z_SYNC_FLUSH, head: gzipHead },
  zlib: { read: inflateRawSync, flush: constants.Z_SYNC_FLUSH, head: () => 2 },
  deflate: { read: inflateRawSync, flush: constants.Z_SYNC_FLUSH, head: () => 0 },
  brotli: { read: brotliDecompressSync, flush: constants.BROTLI_OPERATION_FLUSH, head: () => 0 },
  zstd: { read: zstdDecompressSync, flush: constants.ZSTD_e_flush, head: () => 0 },
};

interface Read {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflate(format: Format, bytes: Uint8Array, max: number): ReturnType<ScanPorts["inflate"]> {
  const { read, flush, head } = READERS[format];
  const skipped = head(bytes);
  try {
    const options = { finishFlush: flush, maxOutputLength: max, info: true };
    const { buffer, engine } = read(bytes.subarray(skipped), options) as Read;
    if (buffer.length === 0) return null;
    return { bytes: buffer, used: Math.min(bytes.length, skipped + engine.bytesWritten) };
  } catch (error) {
    if (error instanceof RangeError) throw new ScanExhausted("inflation");
    return null;
  }
}

/** Bytes before the deflated data: RFC 1952 section 2.3. */
function gzipHead(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const flag of [8, 16]) if ((flags & flag) !== 0) at = Math.max(bytes.indexOf(0, at), at) + 1;
  return (flags & 2) === 0 ? at : at + 2;
}
