// Canonical hosts: one form for each host, judged and dialled. Not a resolver, and not a judgement of whether an address
// is public (address.ts) or a name private (private-name.ts).
import ipaddr from "ipaddr.js";
import { err, ok, type Result } from "../stdx/result.ts";
import type { NameError, NameErrorCode } from "./name-error.ts";

/** A canonical host. `name` is lower-case ASCII without trailing dot; an IPv6 address stands in RFC 5952 form without brackets. */
export interface Host {
  readonly name: string;
  readonly kind: "name" | "ipv4" | "ipv6";
}

/** The longest host name in characters, without the trailing dot (RFC 1035 section 2.3.4: 255 octets on the wire). */
export const HOST_LENGTH_MAX = 253;
/** The longest label (RFC 1035 section 2.3.4). */
export const LABEL_LENGTH_MAX = 63;

/**
 * The one canonical form of a host, or why it has none. Lower-cases, drops one trailing dot, turns an international
 * name into its A-labels (UTS #46 as in the WHATWG URL standard). Refuses everything that two parsers could read
 * differently: userinfo, controls, NUL, spaces, percent signs, empty labels, every spelling of an IPv4 address but four
 * plain decimals, IPv4 inside IPv6, zones. Idempotent: the name of a canonical host is canonical.
 *
 * @example canonicalHost("API.Example.com.") // { ok: true, value: { name: "api.example.com", kind: "name" } }
 * @example canonicalHost("0x7f.1")           // { ok: false, error: { code: "odd_address", … } }
 */
export function canonicalHost(text: string): Result<Host, NameError> {
  if (text.length === 0) return refuse("empty", "no host", "name a host, such as `api.example.com`");
  // Before any work on it: an A-label form is at most a few times shorter than its Unicode spelling.
  if (text.length > 4 * HOST_LENGTH_MAX) return tooLong();
  const bad = badCharacter(text);
  if (bad !== null) return err(bad);
  if (text.startsWith("[")) return bracketed(text);
  if (text.includes(":")) return ipv6(text);
  return isAscii(text) ? asciiHost(text.toLowerCase()) : internationalHost(text);
}

/** The host as it stands in a URL: an IPv6 address in brackets (RFC 3986 section 3.2.2). */
export function hostInUrl(host: Host): string {
  return host.kind === "ipv6" ? `[${host.name}]` : host.name;
}

function badCharacter(text: string): NameError | null {
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u.test(text)) {
    return error("control_character", "a control character in the host", "write the host without it");
  }
  if (text.includes("@"))
    return error("userinfo", "userinfo in the host", "name the host alone, without `user@`");
  if (text.includes("%")) return percentError(text);
  if (/[^\p{L}\p{M}\p{N}.\-:[\]\u3002\uff0e\uff61\u00b7\u30fb]/u.test(text)) {
    return error("bad_character", "a character that no host has", "use letters, digits, hyphens and dots");
  }
  return null;
}

function percentError(text: string): NameError {
  return text.includes(":")
    ? error("zone", "a zone in the address", "write the address without `%zone`")
    : error("bad_character", "a percent sign in the host", "write the host itself, not an encoding of it");
}

function isAscii(text: string): boolean {
  return /^[\u0000-\u007f]*$/u.test(text);
}

function bracketed(text: string): Result<Host, NameError> {
  if (!text.endsWith("]")) return oddAddress();
  const inner = text.slice(1, -1);
  return inner.includes(":") ? ipv6(inner) : oddAddress();
}

function ipv6(text: string): Result<Host, NameError> {
  // A dotted ending is IPv4 inside IPv6.
  if (text.includes(".")) return mapped();
  if (!ipaddr.IPv6.isValid(text)) return oddAddress();
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) return mapped();
  return ok({ name: address.toRFC5952String(), kind: "ipv6" });
}

function asciiHost(text: string): Result<Host, NameError> {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  if (name.length > HOST_LENGTH_MAX) return tooLong();
  const labels = name.split(".");
  const last = name.slice(name.lastIndexOf(".") + 1);
  // WHATWG URL section 3.5: a name whose last label is a number is read as an IPv4 address.
  if (/^(\d+|0x[0-9a-f]*)$/.test(last)) return ipv4(text);
  for (const label of labels) {
    const fault = labelFault(label);
    if (fault !== null) return err(fault);
  }
  // A name already in A-labels is kept as it is, valid or not: what is judged here is the string that is dialled.
  return ok({ name, kind: "name" });
}

function ipv4(text: string): Result<Host, NameError> {
  const octets = text.split(".");
  const plain =
    octets.length === 4 && octets.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
  return plain ? ok({ name: text, kind: "ipv4" }) : oddAddress();
}

/** RFC 1123 section 2.1: letters, digits and hyphens, no hyphen at an end. */
function labelFault(label: string): NameError | null {
  if (label.length === 0)
    return error("empty_label", "an empty label in the host", "write one dot between labels");
  if (label.length > LABEL_LENGTH_MAX) {
    return error("label_too_long", `a label of ${label.length} characters: limit is 63`, "shorten the label");
  }
  if (!/^[a-z0-9-]+$/.test(label)) {
    return error("bad_character", "a character that no host has", "use letters, digits, hyphens and dots");
  }
  if (label.startsWith("-") || label.endsWith("-")) {
    return error(
      "label_hyphen",
      "a hyphen at the end of a label",
      "begin and end labels with a letter or digit",
    );
  }
  return null;
}

function internationalHost(text: string): Result<Host, NameError> {
  const encoded = throughUts46(text);
  if (encoded === null) return badIdn();
  const host = asciiHost(encoded);
  // Full-width digits become an address: nobody writes one that way for a good reason.
  return host.ok && host.value.kind !== "name" ? oddAddress() : host;
}

function throughUts46(text: string): string | null {
  const url = URL.parse(`https://${text}/`);
  return url === null ? null : url.hostname;
}

function tooLong(): Result<never, NameError> {
  return refuse("too_long", `a host longer than ${HOST_LENGTH_MAX} characters`, "use a shorter host name");
}

function oddAddress(): Result<never, NameError> {
  const hint = "write an IPv4 address as four decimals, an IPv6 address as RFC 5952 does";
  return refuse("odd_address", "an odd spelling of an address", hint);
}

function mapped(): Result<never, NameError> {
  return refuse("mapped_address", "an IPv4 address inside an IPv6 address", "write the IPv4 address itself");
}

function badIdn(): Result<never, NameError> {
  return refuse("bad_idn", "an international name that has no valid A-label form", "write its `xn--` form");
}

function refuse(code: NameErrorCode, detail: string, hint: string): Result<never, NameError> {
  return err(error(code, detail, hint));
}

function error(code: NameErrorCode, detail: string, hint: string): NameError {
  return { code, detail, hint };
}
