// Reads a request target (RFC 9112 section 3.2) into the one path that is judged and sent, and every other way in which a
// server could read that path. Not a grant check: find-call.ts holds each reading against the grants.
import { canonicalUrlPath, URL_PATH_LENGTH_MAX } from "../../../names/url-path.ts";
import { err, ok, type Result } from "../../../stdx/result.ts";
import type { Target } from "../target.ts";
import { namesTarget } from "./authority.ts";
import { type GateCause, type Refusal, refusal } from "./refusal.ts";

/** A request target as it is judged and sent. */
export interface JudgedUrl {
  /** Canonical; an escaped slash stays escaped (`/@scope%2Fname`). */
  readonly path: string;
  /** Every way in which a server may read `path`, itself first: a grant has to cover each of them. */
  readonly readings: readonly string[];
  /** Empty, or `?` and the query, as it came but for characters outside ASCII, which are escaped. */
  readonly query: string;
}

/** Characters of a query. With the path it stays below what Node takes as a head. */
export const QUERY_LENGTH_MAX: number = 16 * 1024;

/**
 * The path and query of `url`, in origin form or in absolute form naming exactly `target`. What servers read in more
 * than one way is refused (`canonicalUrlPath`), with one exception that real clients need: an escaped slash in a path
 * without dot segments is sent as it is, and read both ways.
 *
 * @example judgeUrl("/a/%7Eb?x=1", target) // value: { path: "/a/~b", readings: ["/a/~b"], query: "?x=1" }
 */
export function judgeUrl(url: string, target: Target): Result<JudgedUrl, Refusal> {
  const local = url.startsWith("/") ? ok(url) : withoutAuthority(url, target);
  if (!local.ok) return local;
  if (/[\u0000-\u0020\u007f#]/.test(local.value)) {
    return refuse("path_malformed", "a control character, a space or a fragment in the URL", "escape it");
  }
  const mark = local.value.indexOf("?");
  const query = mark === -1 ? "" : escaped(local.value.slice(mark), /[\u0080-\u{10ffff}]/gu);
  if (query.length > QUERY_LENGTH_MAX) {
    return err(refusal("path_malformed", query.length, QUERY_LENGTH_MAX, "send a shorter query"));
  }
  const path = judgePath(mark === -1 ? local.value : local.value.slice(0, mark));
  return path.ok ? ok({ ...path.value, query }) : path;
}

function withoutAuthority(url: string, target: Target): Result<string, Refusal> {
  const scheme = `${target.scheme}://`;
  if (!url.toLowerCase().startsWith(scheme)) {
    return refuse("not_origin_form", url, `ask for a path of ${scheme}${target.host}`);
  }
  const rest = url.slice(scheme.length);
  const end = rest.search(/[/?#\\]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  if (!namesTarget(authority, target)) {
    return err(refusal("host_mismatch", authority, target.host, "name the host of the connection"));
  }
  const local = end === -1 ? "" : rest.slice(end);
  return ok(local.startsWith("/") ? local : `/${local}`);
}

function judgePath(path: string): Result<Omit<JudgedUrl, "query">, Refusal> {
  if (path.length > URL_PATH_LENGTH_MAX) {
    return err(refusal("path_malformed", path.length, URL_PATH_LENGTH_MAX, "send a shorter path"));
  }
  // What a browser escapes and other clients send as it is: no server reads these in two ways.
  const written = escaped(path, /["<>[\]^`{|}\u0080-\u{10ffff}]/gu);
  const pieces = written.split(/%2f/i);
  const decoded = canonicalUrlPath(pieces.join("/"));
  if (!decoded.ok) {
    return refuse("path_ambiguous", decoded.error.detail, decoded.error.hint);
  }
  if (pieces.length === 1) return ok({ path: decoded.value, readings: [decoded.value] });
  if (/\/\.{1,2}(\/|$)/.test(pieces.join("/").replace(/%2e/gi, "."))) {
    return refuse("path_ambiguous", "a dot segment beside an escaped slash", "write the path without it");
  }
  // Without dot segments the canonical form changes escapes only, so each piece has its own.
  const kept: string[] = [];
  for (const [at, piece] of pieces.entries()) {
    const part = canonicalUrlPath(at === 0 ? piece : `/${piece}`);
    if (!part.ok) return refuse("path_ambiguous", part.error.detail, part.error.hint);
    kept.push(at === 0 ? part.value : part.value.slice(1));
  }
  const opaque = kept.join("%2F");
  return ok({ path: opaque, readings: [opaque, decoded.value] });
}

/** Percent-encodes what `which` matches, as UTF-8; Node gives the bytes of a request line as Latin-1 characters. */
function escaped(text: string, which: RegExp): string {
  return text.replace(which, (character) => {
    const bytes = Buffer.from(character, character.charCodeAt(0) > 0xff ? "utf8" : "latin1");
    return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
  });
}

function refuse(cause: GateCause, measured: string, instead: string): Result<never, Refusal> {
  return err(refusal(cause, measured, null, instead));
}
