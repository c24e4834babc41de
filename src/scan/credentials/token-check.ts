// What can be checked of a token beyond its format: its checksum where the format has one, and for all others that it is not one character over and over.

/** True if a token of `kind` whose text is `token` is worth reporting. */
export function isPlausible(kind: string, token: string, fixed: number): boolean {
  if (CHECKSUMMED.has(kind) && hasChecksum(token)) return true;
  const body = token.slice(fixed, fixed + BODY_MAX);
  return isVaried(body) && (body.length < 20 || DIGITLESS.has(kind) || /[0-9]/.test(body));
}

/** Bytes of a token's body that are looked at. */
const BODY_MAX = 64;

/** Kinds of the form `prefix_` + 30 characters + 6 of CRC-32 in base 62 (GitHub's and npm's token format). */
const CHECKSUMMED: ReadonlySet<string> = new Set(["github_token", "npm_token"]);
/** Kinds whose alphabet has no digits. */
const DIGITLESS: ReadonlySet<string> = new Set([
  "huggingface_token",
  "huggingface_org_token",
  "onesignal_key",
]);

/**
 * GitHub, "Behind GitHub's new authentication token formats" (2021): the last six characters are the CRC-32 of the
 * characters between the underscore and them, in base 62, with zeros in front.
 */
export function hasChecksum(token: string): boolean {
  const body = token.slice(token.indexOf("_") + 1);
  return body.length === 36 && base62(crc32(body.slice(0, 30))) === body.slice(30);
}

/** Six characters of base 62, digits first, then capitals, then small letters. */
export function base62(value: number): string {
  let rest = value;
  let text = "";
  while (text.length < 6) {
    text = (BASE62[rest % 62] ?? "0") + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** CRC-32 of Latin-1 text (ISO 3309, the reflected polynomial 0xEDB88320). */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at += 1) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** At least five different characters (of a short body, half as many as it has), and none eight times on end. Latin-1. */
export function isVaried(body: string): boolean {
  SEEN.fill(0);
  let distinct = 0;
  for (let at = 0; at < body.length; at += 1) {
    const code = body.charCodeAt(at) & 255;
    if (SEEN[code] === 0) distinct += 1;
    SEEN[code] = 1;
  }
  return distinct >= Math.min(5, Math.ceil(body.length / 2)) && !/([A-Za-z0-9*.])\1{7}/.test(body);
}

/** Kept between calls so that none of them allocates. */
const SEEN = new Uint8Array(256);
