// Reads what a GGUF model file says of itself at its start. Not a model loader: no tensor is looked at.
// Format: github.com/ggml-org/ggml docs/gguf.md, versions 2 and 3, little-endian.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** What is read of a file's metadata. */
export interface GgufHeader {
  readonly architecture: string | null;
  /** Tokens; null: the file does not say. */
  readonly context_max: number | null;
  /** Bytes of the file. */
  readonly size: number;
}

/** Bytes of metadata read; token lists of large vocabularies come after the keys that are wanted. */
const METADATA_MAX = 4 * 1024 * 1024;

/** Metadata entries looked at. */
const ENTRIES_MAX = 4096;

/** "GGUF" as a little-endian number. */
const MAGIC = 0x46554747;

/** Width in bytes of the fixed-size value types, by type number. */
const WIDTHS: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);
const TYPE_STRING = 8;
const TYPE_ARRAY = 9;

/** The header of the file at `path`, or null when it is no GGUF file of version 2 or 3. Never throws. */
export async function readGgufHeader(path: string): Promise<GgufHeader | null> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return null;
    const bytes = Buffer.alloc(Math.min(stats.size, METADATA_MAX));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    const metadata = parseMetadata(bytes.subarray(0, bytesRead));
    return metadata === null ? null : { ...metadata, size: stats.size };
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

/** Exported for tests: the bytes a file starts with. null: not a GGUF file. */
export function parseMetadata(bytes: Buffer): Omit<GgufHeader, "size"> | null {
  if (bytes.length < 24 || bytes.readUInt32LE(0) !== MAGIC) return null;
  const version = bytes.readUInt32LE(4);
  if (version !== 2 && version !== 3) return null;
  const entries = bytes.readBigUInt64LE(16);
  const cursor = new Cursor(bytes, 24);
  const found = new Map<string, string | bigint>();
  for (let at = 0n; at < entries && at < BigInt(ENTRIES_MAX); at++) {
    const key = cursor.text();
    const type = cursor.uint(4);
    if (key === null || type === null) break;
    const value = cursor.value(Number(type));
    // The part that was read ended, or the file is broken: what was found so far stands.
    if (value === null) break;
    if (value !== undefined) found.set(key, value);
  }
  const architecture = found.get("general.architecture");
  const named = typeof architecture === "string" && /^[\w.-]{1,64}$/.test(architecture) ? architecture : null;
  const context = found.get(`${named ?? ""}.context_length`);
  const tokens = typeof context === "bigint" ? Number(context) : null;
  return {
    architecture: named,
    context_max: tokens !== null && Number.isSafeInteger(tokens) ? tokens : null,
  };
}

/** Reads forward; every method answers null once it would leave the bytes. */
class Cursor {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** An unsigned number of `width` bytes. */
  uint(width: number): bigint | null {
    if (this.#at + width > this.#bytes.length) return null;
    let value = 0n;
    for (let byte = width - 1; byte >= 0; byte--) {
      value = (value << 8n) | BigInt(this.#bytes[this.#at + byte] ?? 0);
    }
    this.#at += width;
    return value;
  }

  /** A string: its length in 8 bytes, then UTF-8. */
  text(): string | null {
    const length = this.uint(8);
    if (length === null || length > BigInt(this.#bytes.length - this.#at)) return null;
    const start = this.#at;
    this.#at += Number(length);
    return this.#bytes.toString("utf8", start, this.#at);
  }

  /** A value of a metadata type; undefined: passed over. */
  value(type: number): string | bigint | undefined | null {
    if (type === TYPE_STRING) return this.text();
    if (type === TYPE_ARRAY) return this.#passArray();
    const width = WIDTHS.get(type);
    return width === undefined ? null : this.uint(width);
  }

  #passArray(): undefined | null {
    const type = this.uint(4);
    const count = this.uint(8);
    if (type === null || count === null) return null;
    const width = WIDTHS.get(Number(type));
    if (width !== undefined) return this.#pass(count * BigInt(width));
    // Arrays of arrays are not in use; refusing them bounds the nesting.
    if (Number(type) !== TYPE_STRING) return null;
    for (let at = 0n; at < count; at++) if (this.text() === null) return null;
    return undefined;
  }

  #pass(length: bigint): undefined | null {
    if (length > BigInt(this.#bytes.length - this.#at)) return null;
    this.#at += Number(length);
    return undefined;
  }
}
