// What a connection speaks, told by its first bytes: TLS, HTTP/1.1, or something that is not read here. Pure.
import { type ClientHello, readClientHello } from "./client-hello.ts";

/** What the bytes so far say. */
export type FirstBytes =
  /** Not decided before this many bytes are there. */
  | { readonly kind: "more"; readonly needed: number }
  | { readonly kind: "tls"; readonly hello: ClientHello }
  | { readonly kind: "http" }
  /** HTTP/2 without TLS (RFC 9113 section 3.3), which is not served. */
  | { readonly kind: "cleartext_h2" }
  /** SOCKS 4 or 5 (RFC 1928 section 3). */
  | { readonly kind: "socks" }
  | { readonly kind: "opaque" };

/**
 * Tells the protocol by what was received so far; ask again once `needed` bytes are there.
 *
 * @example firstBytes(Buffer.from("GET /")) // { kind: "http" }
 */
export function firstBytes(bytes: Uint8Array): FirstBytes {
  const [first] = bytes;
  if (first === undefined) return { kind: "more", needed: 1 };
  if (first === TLS_HANDSHAKE) return tls(bytes);
  if (first === 4 || first === 5) return { kind: "socks" };
  return http(Buffer.from(bytes.subarray(0, VERB_MAX + 2)).toString("latin1"), bytes);
}

/** The content type of a TLS record that starts a handshake (RFC 8446 section 5.1). */
const TLS_HANDSHAKE = 22;

/** RFC 9113 section 3.4. */
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** The longest method told apart from other protocols; the longest registered one is UPDATEREDIRECTREF with 17. */
const VERB_MAX = 20;

function tls(bytes: Uint8Array): FirstBytes {
  const reading = readClientHello(bytes);
  if (reading.kind === "bad") return { kind: "opaque" };
  return reading.kind === "more" ? reading : { kind: "tls", hello: reading.hello };
}

/** A method, one space, and the first character of a request target. */
const REQUEST_START = /^[A-Z][A-Z-]*[A-Z] [\u0021-\u007e]/;
/** What may still become one. */
const REQUEST_PREFIX = /^[A-Z][A-Z-]*( |$)/;

function http(start: string, bytes: Uint8Array): FirstBytes {
  if (start.startsWith("PRI ")) return preface(bytes);
  if (REQUEST_START.test(start)) return { kind: "http" };
  const open = REQUEST_PREFIX.test(start) && start.length <= VERB_MAX && !/ .|- /.test(start);
  return open ? { kind: "more", needed: bytes.length + 1 } : { kind: "opaque" };
}

function preface(bytes: Uint8Array): FirstBytes {
  const start = Buffer.from(bytes.subarray(0, PREFACE.length)).toString("latin1");
  if (start === PREFACE) return { kind: "cleartext_h2" };
  return PREFACE.startsWith(start) ? { kind: "more", needed: bytes.length + 1 } : { kind: "opaque" };
}
