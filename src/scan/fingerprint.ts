// A keyed fingerprint of what was found: the same bytes have the same one within an install, and nobody without its key can
// try values against it. Not a finding.
import type { ScanPorts } from "./ports.ts";

/** Bytes of the digest that are kept: 128 bits, half of HMAC-SHA-256 (RFC 2104 section 5 allows no less). */
const LENGTH = 16;

/** What the digest is for, so that no other use of the key gives the same one. */
const LABEL: Uint8Array = new TextEncoder().encode("finding\0");

/**
 * 32 hexadecimal digits for the `found` bytes under `key` (32 bytes, of this install): what a refusal shows in place of the
 * value, and what a spec's `known_harmless` lists.
 *
 * @example fingerprintOf(bytes.subarray(start, end), key, ports) // "9f86d081884c7d659a2feaa0c55ad015"
 */
export function fingerprintOf(found: Uint8Array, key: Uint8Array, ports: Pick<ScanPorts, "hmac">): string {
  const labelled = new Uint8Array(LABEL.length + found.length);
  labelled.set(LABEL);
  labelled.set(found, LABEL.length);
  return Array.from(ports.hmac(key, labelled).subarray(0, LENGTH), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
