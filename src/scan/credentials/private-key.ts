// Private keys in the forms that tools write: PEM and OpenSSH, PGP, PuTTY, age. Whether a key is encrypted is not asked: it is
// a key all the same.
import type { Found, Rule } from "./rule.ts";

/** RFC 7468, section 3, and the `BLOCK` of OpenPGP (RFC 9580, section 6.2). */
const PEM = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
/** What must follow in the first lines (headers may come before): base64 of 24 characters with capitals, small letters, digits. */
const BODY =
  /(?:^|[\s"'nr\\+>-])(?=[A-Za-z+/]{0,60}\d)(?=[a-z0-9+/]{0,60}[A-Z])(?=[A-Z0-9+/]{0,60}[a-z])[A-Za-z0-9+/]{24}/;
const PEM_END = /-----END [A-Z0-9 ]{0,50}PRIVATE KEY(?: BLOCK)?-----/;
/** PuTTY's format, "PPK file format" in its manual. */
const PUTTY = /PuTTY-User-Key-File-[1-3]: {0,2}[a-z0-9@.-]{3,40}/y;
/** age's Bech32 form of a private key (age v1 specification, "Asymmetric identity"). */
const AGE = /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}/y;
const AGE_PLUGIN = /AGE-PLUGIN-[A-Z0-9-]{1,32}-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{20,400}/y;
/** Base64 of `-----BEGIN `, as far as it does not depend on what follows. */
const ENCODED = /LS0tLS1CRUdJTi[A-Za-z0-9+/]{60,16000}/y;
/** Base64 of ` PRIVATE KEY` at the three places it can start in. */
const ENCODED_PRIVATE = /UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW/;

/** Bytes of a key that are looked at, and that a finding covers at most. */
const KEY_MAX = 16_384;

export const privateKeys: readonly Rule[] = [
  { keywords: ["-----begin "], find: pem },
  {
    keywords: ["putty-user-key-file-"],
    find: (text, start) => matched("putty_private_key", PUTTY, text, start),
  },
  { keywords: ["age-secret-key-1"], find: (text, start) => matched("age_secret_key", AGE, text, start) },
  { keywords: ["age-plugin-"], find: (text, start) => matched("age_secret_key", AGE_PLUGIN, text, start) },
  { keywords: ["ls0tls1crudjti"], find: encodedPem },
];

function pem(text: string, start: number): Found | null {
  PEM.lastIndex = start;
  if (!PEM.test(text)) return null;
  const begin = PEM.lastIndex;
  const head = text.slice(begin, begin + 600);
  const closed = PEM_END.exec(head);
  if (!BODY.test(closed === null ? head : head.slice(0, closed.index))) return null;
  const stop = PEM_END.exec(text.slice(begin, begin + KEY_MAX));
  return { kind: "private_key", start, end: stop === null ? begin : begin + stop.index + stop[0].length };
}

function encodedPem(text: string, start: number): Found | null {
  ENCODED.lastIndex = start;
  if (!ENCODED.test(text)) return null;
  const end = Math.min(ENCODED.lastIndex, start + KEY_MAX);
  return ENCODED_PRIVATE.test(text.slice(start, start + 80)) ? { kind: "private_key", start, end } : null;
}

function matched(kind: string, pattern: RegExp, text: string, start: number): Found | null {
  pattern.lastIndex = start;
  return pattern.test(text) ? { kind, start, end: pattern.lastIndex } : null;
}
