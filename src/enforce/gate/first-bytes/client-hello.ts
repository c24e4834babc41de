// Reads the name out of a TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3), however it is cut into records
// and segments. Not a TLS implementation: it judges nothing but the framing that leads to the name.

/** What the bytes so far are. */
export type HelloReading =
  /** Not decided before this many bytes are there. */
  | { readonly kind: "more"; readonly needed: number }
  /** No ClientHello, or one that two readers could read differently. */
  | { readonly kind: "bad" }
  | { readonly kind: "hello"; readonly hello: ClientHello };

export interface ClientHello {
  /** As sent; null: no name was sent. With an encrypted hello (ECH) this is the outer name. */
  readonly serverName: string | null;
  /** Application protocols offered (RFC 7301), in order. */
  readonly protocols: readonly string[];
}

/**
 * The longest ClientHello read, in bytes with its record heads. A hello with a post-quantum share has about 1.8 KiB;
 * RFC 8446 would allow 16 MiB.
 */
export const HELLO_MAX: number = 32 * 1024;

/**
 * Reads the start of a connection. `bytes` is everything received so far; ask again once `needed` bytes are there. Pure:
 * the same bytes give the same answer, and a prefix never gives another than `more` where the whole gives a hello.
 *
 * @example readClientHello(Buffer.from("16030100", "hex")) // { kind: "more", needed: 6 }
 */
export function readClientHello(bytes: Uint8Array): HelloReading {
  const message = handshakeMessage(bytes);
  if (message.kind !== "message") return message;
  try {
    return { kind: "hello", hello: clientHello(new Reader(message.body)) };
  } catch (error) {
    if (error instanceof BadHello) return { kind: "bad" };
    throw error;
  }
}

type Gathered =
  | { readonly kind: "message"; readonly body: Uint8Array }
  | Exclude<HelloReading, { kind: "hello" }>;

/** RFC 8446 section 5.1: a record's head, and content type handshake. */
const RECORD_HEAD = 5;
const HANDSHAKE = 22;
/** Records that one hello may be spread over; some clients cut it into many on purpose. */
const RECORDS_MAX = 256;
/** RFC 8446 section 5.1: bytes of one plaintext record. */
const RECORD_MAX = 16_384;
/** RFC 8446 section 4: a handshake message's head, and its type client_hello. */
const MESSAGE_HEAD = 4;
const CLIENT_HELLO = 1;

/** Puts the first handshake message together from its records. */
function handshakeMessage(bytes: Uint8Array): Gathered {
  const parts: Uint8Array[] = [];
  let gathered = 0;
  let at = 0;
  while (parts.length < RECORDS_MAX) {
    const length = recordLength(bytes, at);
    if (length === "bad") return BAD;
    if (length === "more") return more(at + RECORD_HEAD + 1);
    const end = at + RECORD_HEAD + length;
    const part = bytes.subarray(at + RECORD_HEAD, Math.min(end, bytes.length));
    parts.push(part);
    gathered += part.length;
    const size = messageSize(parts, gathered);
    if (size === "bad") return BAD;
    if (bytes.length < end) return more(needed(size, gathered, { end, have: bytes.length }));
    if (size !== "more" && gathered >= size) return whole(parts, size, gathered);
    at = end;
  }
  return BAD;
}

/** The length of the record at `at`; `more` while its head is not there. What is there is checked at once. */
function recordLength(bytes: Uint8Array, at: number): number | "more" | "bad" {
  if (at + RECORD_HEAD > HELLO_MAX) return "bad";
  const [type, major, , high, low] = bytes.subarray(at, at + RECORD_HEAD);
  if (type === undefined) return "more";
  if (type !== HANDSHAKE) return "bad";
  if (major === undefined) return "more";
  // TLS is 3.x on the wire; what is older has no name to judge.
  if (major !== 3) return "bad";
  if (high === undefined || low === undefined) return "more";
  const length = high * 256 + low;
  return length === 0 || length > RECORD_MAX ? "bad" : length;
}

/** The size of the whole message with its head, once that is there. */
function messageSize(parts: readonly Uint8Array[], gathered: number): number | "more" | "bad" {
  const head: number[] = [];
  // A record is never empty, so that its first parts hold all of the head.
  for (const part of parts.slice(0, MESSAGE_HEAD)) head.push(...part.subarray(0, MESSAGE_HEAD - head.length));
  const [type, high = 0, middle = 0, low = 0] = head;
  if (type !== undefined && type !== CLIENT_HELLO) return "bad";
  if (gathered < MESSAGE_HEAD) return "more";
  const size = MESSAGE_HEAD + high * 65_536 + middle * 256 + low;
  return size > HELLO_MAX ? "bad" : size;
}

function needed(
  size: number | "more",
  gathered: number,
  record: { readonly end: number; readonly have: number },
): number {
  const missing = (size === "more" ? MESSAGE_HEAD : size) - gathered;
  // The rest of this record, or less where the message ends inside it.
  return Math.min(record.end, record.have + Math.max(missing, 1));
}

function whole(parts: readonly Uint8Array[], size: number, gathered: number): Gathered {
  // A client waits for the server after its hello: bytes behind it in the same record are another message.
  if (gathered > size) return BAD;
  return { kind: "message", body: Buffer.concat(parts).subarray(MESSAGE_HEAD) };
}

const BAD: { readonly kind: "bad" } = { kind: "bad" };

function more(count: number): { readonly kind: "more"; readonly needed: number } | { readonly kind: "bad" } {
  return count > HELLO_MAX ? BAD : { kind: "more", needed: count };
}

class BadHello extends Error {}

/** Takes bytes from the front; throws `BadHello` when there are too few. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new BadHello();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A big-endian number of `width` bytes. */
  number(width: 1 | 2): number {
    let value = 0;
    for (const byte of this.take(width)) value = value * 256 + byte;
    return value;
  }

  /** What stands behind a length of `width` bytes. */
  vector(width: 1 | 2): Reader {
    return new Reader(this.take(this.number(width)));
  }

  end(): void {
    if (this.left > 0) throw new BadHello();
  }
}

/** RFC 8446 section 4.1.2. */
function clientHello(reader: Reader): ClientHello {
  // legacy_version, random, legacy_session_id, cipher_suites, legacy_compression_methods.
  reader.take(2 + 32);
  reader.vector(1);
  reader.vector(2);
  reader.vector(1);
  if (reader.left === 0) return { serverName: null, protocols: [] };
  const extensions = reader.vector(2);
  reader.end();
  const seen = new Map<number, Reader>();
  while (extensions.left > 0) {
    const type = extensions.number(2);
    // RFC 8446 section 4.2: at most one of each type. With two names, two readers may take different ones.
    if (seen.has(type)) throw new BadHello();
    seen.set(type, extensions.vector(2));
  }
  return { serverName: serverName(seen.get(0)), protocols: protocols(seen.get(16)) };
}

/** RFC 6066 section 3: exactly one name of type host_name (0). */
function serverName(extension: Reader | undefined): string | null {
  if (extension === undefined) return null;
  const list = extension.vector(2);
  extension.end();
  if (list.number(1) !== 0) throw new BadHello();
  const name = list.vector(2);
  list.end();
  if (name.left === 0) throw new BadHello();
  return Buffer.from(name.take(name.left)).toString("latin1");
}

/** RFC 7301 section 3.1. */
function protocols(extension: Reader | undefined): readonly string[] {
  if (extension === undefined) return [];
  const list = extension.vector(2);
  extension.end();
  const names: string[] = [];
  while (list.left > 0) {
    const name = list.vector(1);
    names.push(Buffer.from(name.take(name.left)).toString("latin1"));
  }
  return names;
}
