// Where a client says it wants to go: the target of a CONNECT, an absolute-form request target, a Host field. One
// canonical form (names/host.ts), or none. Not a judgement of whether it may.
import { canonicalHost, type Host } from "../../../names/host.ts";

/** A canonical place. */
export interface Place {
  readonly host: string;
  readonly kind: Host["kind"];
  /** 1..65535. */
  readonly port: number;
}

/** A place, and the request target that is meant there, in origin form. */
export interface AbsoluteForm extends Place {
  readonly target: string;
}

/**
 * The target of a CONNECT request (RFC 9112 section 3.2.3): a host and a port, both always written. Null for everything
 * else: no port, userinfo, controls, spaces, an odd spelling of an address, a bare IPv6 address.
 *
 * @example readAuthority("API.example.com:443") // { host: "api.example.com", kind: "name", port: 443 }
 */
export function readAuthority(text: string): Place | null {
  return place(text, null);
}

/**
 * A Host field (RFC 9110 section 7.2) or :authority, whose port is `port` where none is written.
 *
 * @example readHostField("api.example.com", 80) // { host: "api.example.com", kind: "name", port: 80 }
 */
export function readHostField(text: string, port: number): Place | null {
  return place(text, port);
}

/**
 * The target of a proxied plain request (RFC 9112 section 3.2.2): `http://host[:port]/path?query`. Null for https, for
 * other schemes, and for what two readers could split differently (userinfo, a backslash, a fragment).
 *
 * @example readAbsoluteForm("http://api.example.com/v1?q=1") // { host: "api.example.com", port: 80, target: "/v1?q=1", … }
 */
export function readAbsoluteForm(text: string): AbsoluteForm | null {
  const match = /^http:\/\/([^/?#\\]+)([/?][^#\\]*)?$/i.exec(text);
  const [, authority = "", rest = ""] = match ?? [];
  const found = match === null ? null : place(authority, HTTP_PORT);
  if (found === null || !VISIBLE.test(rest)) return null;
  return { ...found, target: rest.startsWith("/") ? rest : `/${rest}` };
}

/** RFC 9110 section 4.2.1. */
const HTTP_PORT = 80;

/** A request target is visible ASCII (RFC 3986 section 2). */
const VISIBLE = /^[\u0021-\u007e]*$/;

function place(text: string, fallback: number | null): Place | null {
  const [hostText, portText] = split(text);
  // Names come as A-labels here: no client of HTTP may send another form (RFC 9110 section 4.2.3, RFC 3986 section 3.2.2).
  if (!/^[\u0021-\u007e]+$/.test(hostText)) return null;
  const host = canonicalHost(hostText);
  if (!host.ok) return null;
  // An IPv6 address stands in brackets, and nothing else does (RFC 3986 section 3.2.2).
  if ((host.value.kind === "ipv6") !== hostText.startsWith("[")) return null;
  const port = portText === null ? fallback : portNumber(portText);
  return port === null ? null : { host: host.value.name, kind: host.value.kind, port };
}

/** The host and what stands behind the colon after it; null: no colon. */
function split(text: string): readonly [string, string | null] {
  const colon = text.indexOf(":", text.startsWith("[") ? text.indexOf("]") + 1 : 0);
  return colon === -1 ? [text, null] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** Plain decimals, no leading zero. */
function portNumber(text: string): number | null {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null;
}
