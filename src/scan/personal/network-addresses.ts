// IP addresses (RFC 791, RFC 4291, RFC 5952) and MAC addresses (EUI-48), told from versions, times and paths of names.
import { classAt, DIGIT, HEX, isAlnum } from "./byte-classes.ts";
import type { Candidate } from "./candidate.ts";
import { TOPIC } from "./context-words.ts";

/** The IPv4 address that starts at `start`, with its prefix length, or null. Looks at 20 bytes. */
export function ipv4At(bytes: Uint8Array, text: string, start: number): Candidate | null {
  const octets: number[] = [];
  let at = start;
  for (; octets.length < 4; at++) {
    const from = at;
    let octet = 0;
    for (; at - from < 4 && (classAt(bytes, at) & DIGIT) !== 0; at++)
      octet = octet * 10 + (bytes[at] ?? 0) - 0x30;
    if (at === from || octet > 255) return null;
    octets.push(octet);
    if (octets.length === 4) break;
    if (bytes[at] !== DOT) return null;
  }
  PREFIX.lastIndex = at;
  const end = at + (PREFIX.exec(text)?.[0].length ?? 0);
  const before = text.charAt(start - 1);
  if (/[\w.+-]/.test(before) || (before === "/" && text.charAt(start - 2) !== "/")) return null;
  if (/^(?:\w|[.-]\w|\/\d)/.test(text.slice(end, end + 2))) return null;
  const need = ipv4Need(octets);
  return { kind: "ip", start, end, need, topics: need === "alone" ? TOPIC.visitor : TOPIC.ip };
}

/** A person's is a public one; small numbers throughout are a version or a chapter; well-known resolvers are nobody's. */
function ipv4Need([a = 0, b = 0, c = 0, d = 0]: readonly number[]): Candidate["need"] {
  const local =
    a === 10 ||
    a === 127 ||
    a === 0 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 192 && b === 0) ||
    (a === 198 && (b === 51 || b === 18 || b === 19)) ||
    (a === 203 && b === 0 && c === 113) ||
    (a === 255 && b === 255);
  const resolver = a === b && b === c && c === d;
  return local || resolver || Math.max(a, b, c, d) < 32 || (a === 8 && b === 8) ? "alone" : "no_veto";
}

/** The IPv6 or MAC address around the colon at `at`, or null. Looks at 48 bytes on either side. */
export function colonAddressAt(bytes: Uint8Array, text: string, at: number): Candidate | null {
  let start = at;
  while (start > 0 && at - start < 48 && isHexOrColon(bytes, start - 1)) start--;
  let end = at;
  while (end - start < 64 && (isHexOrColon(bytes, end) || bytes[end] === 0x2e)) end++;
  while (end > at + 1 && bytes[end - 1] === 0x2e) end--;
  if (end - start > 45 || end - start < 2) return null;
  const joined =
    isAlnum(bytes, start - 1) || text[start - 1] === "_" || isAlnum(bytes, end) || text[end] === "_";
  if (joined) return null;
  const body = text.slice(start, end);
  if (MAC.test(body)) return macOf(body, start);
  return ipv6Of(text, body, start);
}

/** Six pairs with dashes or three fours with dots, at a `-` or `.` that is the first of them. */
export function dashedMacAt(bytes: Uint8Array, text: string, at: number): Candidate | null {
  const dash = bytes[at] === 0x2d && bytes[at + 3] === 0x2d && bytes[at + 6] === 0x2d;
  const dot = bytes[at] === 0x2e && bytes[at + 5] === 0x2e;
  if (!dash && !dot) return null;
  const start = dash ? at - 2 : at - 4;
  const body = text.slice(Math.max(0, start), start + (dash ? 17 : 14));
  const joined =
    /[\w.-]/.test(text.charAt(start - 1)) ||
    /^(?:\w|[.-]\w)/.test(text.slice(start + body.length, start + body.length + 2));
  if (start < 0 || joined || !(dash ? DASHED : DOTTED).test(body)) return null;
  return macOf(body, start);
}

/** None of a network's own: broadcast, zero, multicast prefixes of protocols, a container's default. */
function macOf(body: string, start: number): Candidate | null {
  const compact = body.replace(/[^0-9A-Fa-f]/g, "").toLowerCase();
  if (/^(?:0{12}|f{12}|0242|01005e|3333)/.test(compact)) return null;
  return { kind: "mac", start, end: start + body.length, need: "no_veto", topics: TOPIC.mac };
}

function ipv6Of(text: string, body: string, start: number): Candidate | null {
  const address = body.replace(/:$/, (last) => (body.endsWith("::") ? last : ""));
  const hextets = hextetsOf(address);
  if (hextets === null || /[\w:.]/.test(text.charAt(start - 1))) return null;
  SUFFIX.lastIndex = start + address.length;
  const end = start + address.length + (SUFFIX.exec(text)?.[0].length ?? 0);
  const clear = hextets >= 8 || (/\d/.test(address) && /[0-9a-f]{3}/i.test(address) && hextets >= 2);
  const need = clear && !OWN.test(address) ? "no_veto" : "alone";
  return { kind: "ip", start, end, need, topics: need === "alone" ? TOPIC.visitor : TOPIC.ip };
}

/** How many groups are written, or null if it is no address. */
function hextetsOf(address: string): number | null {
  const dotted = /(?:^|:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(address)?.[1];
  if (
    address.includes(".") &&
    (dotted === undefined || dotted.split(".").some((octet) => Number(octet) > 255))
  ) {
    return null;
  }
  const plain = dotted === undefined ? address : `${address.slice(0, -dotted.length)}0:0`;
  const gap = plain.indexOf("::");
  if (gap >= 0 && plain.includes("::", gap + 1)) return null;
  const groups = plain.split(":").filter((group) => group !== "");
  if (groups.some((group) => group.length > 4) || /^:[^:]|[^:]:$/.test(plain)) return null;
  return gap >= 0 ? (groups.length < 8 ? groups.length : null) : groups.length === 8 ? 8 : null;
}

function isHexOrColon(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x3a || (classAt(bytes, at) & (HEX | DIGIT)) !== 0;
}

/** Link-local, unique local, multicast, loopback and mapped, documentation (RFC 3849), NAT64 (RFC 6052). */
const OWN = /^(?:fe[89ab]|f[cd]|ff|::|2001:0?db8:|64:ff9b:)/i;
const DOT = 0x2e;
const PREFIX = /\/(?:3[0-2]|[12]?\d)(?!\d)/y;
const SUFFIX = /(?:%[A-Za-z0-9]{1,15})?(?:\/\d{1,3}(?!\d))?/y;
const MAC = /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}$/;
const DASHED = /^[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}$/;
const DOTTED = /^[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}$/;
