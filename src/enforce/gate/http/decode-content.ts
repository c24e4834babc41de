// Undoes the content encodings of a request body (RFC 9110 section 8.4), bounded, so that what is scanned is what a server
// reads. Off the main loop, in Node's pool of threads. Not for encodings inside the content (src/scan/decode/).
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from "node:zlib";
import { err, ok, type Result } from "../../../stdx/result.ts";

/** `odd`: an unknown encoding or bytes that are not in it; `large`: more than `max` bytes come out, or too many layers. */
export type DecodeFault = "odd" | "large";

/**
 * The bytes below the encodings that `header` names (the field's values, joined by commas; empty: none), at most `max`
 * of them below at most `layers` encodings. Trailing bytes that no decoder consumed make the body `odd`.
 *
 * @example await decodeContent("gzip", gzipSync("hello"), { max: 1024, layers: 3 }) // value: the bytes of "hello"
 */
export async function decodeContent(
  header: string,
  body: Uint8Array,
  bounds: { readonly max: number; readonly layers: number },
): Promise<Result<Uint8Array, DecodeFault>> {
  const names = header
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > bounds.layers) return err("large");
  let bytes = body;
  // Listed in the order in which they were applied.
  for (const name of names.toReversed()) {
    const next = await undo(name, bytes, bounds.max);
    if (!next.ok) return next;
    bytes = next.value;
  }
  return ok(bytes);
}

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number; info: true }) => Promise<unknown>;

/** `deflate` is zlib's format (RFC 9110 section 8.4.1.2), which some clients send raw. */
const DECODERS: ReadonlyMap<string, readonly Decoder[]> = new Map<string, readonly Decoder[]>([
  ["gzip", [promisify(gunzip)]],
  ["x-gzip", [promisify(gunzip)]],
  ["deflate", [promisify(inflate), promisify(inflateRaw)]],
  ["br", [promisify(brotliDecompress)]],
  ["zstd", [promisify(zstdDecompress)]],
]);

async function undo(name: string, bytes: Uint8Array, max: number): Promise<Result<Uint8Array, DecodeFault>> {
  if (bytes.length === 0) return ok(bytes);
  for (const decoder of DECODERS.get(name) ?? []) {
    const result = await run(decoder, bytes, max);
    if (result.ok || result.error === "large") return result;
  }
  return err("odd");
}

async function run(
  decoder: Decoder,
  bytes: Uint8Array,
  max: number,
): Promise<Result<Uint8Array, DecodeFault>> {
  try {
    // With `info` a decoder also tells how many bytes it consumed: what follows an end marker would go unscanned.
    const { buffer, engine } = (await decoder(bytes, { maxOutputLength: max, info: true })) as Decoded;
    return engine.bytesWritten === bytes.length ? ok(buffer) : err("odd");
  } catch (error) {
    return err(error instanceof RangeError ? "large" : "odd");
  }
}

interface Decoded {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
