// The URL of a declared call in one form: scheme, canonical host, port always written, canonical path. Not a general URL
// parser: what a declared call has no use for is refused.
import { err, ok, type Result } from "../stdx/result.ts";
import { canonicalHost, type Host, hostInUrl } from "./host.ts";
import type { NameError, NameErrorCode } from "./name-error.ts";
import { canonicalUrlPath } from "./url-path.ts";

/** A canonical call URL. */
export interface CallUrl {
  readonly scheme: "https" | "http";
  readonly host: Host;
  /** 1..65535. */
  readonly port: number;
  readonly path: string;
  /** The one spelling: `https://host:port/path`. */
  readonly text: string;
}

/**
 * The canonical form of an `https` or `http` URL that a task declares it will call. A declared call bounds a path, so it
 * has no query, no fragment and no userinfo. Idempotent: the text of a canonical URL is its own canonical form.
 *
 * @example canonicalUrl("HTTPS://API.example.com/v1") // value.text === "https://api.example.com:443/v1"
 */
export function canonicalUrl(text: string): Result<CallUrl, NameError> {
  const scheme = schemeOf(text);
  if (scheme === null) {
    return refuse("bad_scheme", "a URL that is neither https nor http", "start it with `https://`");
  }
  const rest = text.slice(scheme.length + 3);
  if (rest.includes("#"))
    return refuse("fragment", "a fragment in the URL", "drop everything from the `#` on");
  if (rest.includes("?")) return refuse("query", "a query in the URL", "declare the path alone, without `?`");
  const slash = rest.search(/[/\\]/);
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  const place = canonicalAuthority(authority, DEFAULT_PORT[scheme]);
  if (!place.ok) return place;
  const path = canonicalUrlPath(slash === -1 ? "" : rest.slice(slash));
  if (!path.ok) return path;
  const { host, port } = place.value;
  const written = `${scheme}://${hostInUrl(host)}:${port}${path.value}`;
  return ok({ scheme, host, port, path: path.value, text: written });
}

function schemeOf(text: string): "https" | "http" | null {
  const start = text.slice(0, 8).toLowerCase();
  if (start === "https://") return "https";
  return start.startsWith("http://") ? "http" : null;
}

/** RFC 9110 sections 4.2.1 and 4.2.2: 443 and 80 unless the URL says otherwise. */
const DEFAULT_PORT = { https: 443, http: 80 };

/** A host and a port, 1..65535. */
export interface Authority {
  readonly host: Host;
  readonly port: number;
}

/** The canonical form of `host:port` as it stands in a URL; `usual` is the port when none is written, null: one must be. */
export function canonicalAuthority(authority: string, usual: number | null): Result<Authority, NameError> {
  if (authority.includes("@"))
    return refuse("userinfo", "userinfo in the URL", "write the URL without `user@`");
  // Colons inside the brackets of an IPv6 address are not a port's.
  const colon = authority.indexOf(":", authority.indexOf("]") + 1);
  const host = canonicalHost(colon === -1 ? authority : authority.slice(0, colon));
  if (!host.ok) return host;
  const port = colon === -1 ? usual : portOf(authority.slice(colon + 1));
  return port === null
    ? refuse("bad_port", "a port that is not a number from 1 to 65535", "write the port in plain decimals")
    : ok({ host: host.value, port });
}

function portOf(text: string): number | null {
  const port = Number(text);
  return /^[1-9]\d{0,4}$/.test(text) && port <= 65_535 ? port : null;
}

function refuse(code: NameErrorCode, detail: string, hint: string): Result<never, NameError> {
  return err({ code, detail, hint });
}
