// Gathers what the gate refused one run into the few calls that it seems to have wanted. Pure counting over egress records:
// not the drafting of a task from it (draft-task.ts), and nothing is granted by any of it.
import type { ConnectionCause } from "../enforce/gate/connection/connection-record.ts";
import type { GateCause } from "../enforce/gate/http/refusal.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { canonicalHost } from "../names/host.ts";
import { matchesPathPrefix } from "../names/path-prefix.ts";
import { canonicalUrlPath } from "../names/url-path.ts";
import { METHODS } from "../spec/methods.ts";

/** One refused egress record, as far as a draft needs it. */
export interface BlockedAttempt {
  readonly via: string;
  /** As recorded; null: none, or erased. Untrusted. */
  readonly host: string | null;
  readonly port: number | null;
  readonly method: string;
  readonly path: string;
  readonly cause: string;
}

/** What one or more attempts wanted of one place. */
export interface WantedCall {
  /** `tcp`: bytes that are no HTTP. */
  readonly scheme: "https" | "tcp";
  /** Canonical. */
  readonly host: string;
  readonly port: number;
  readonly method: string;
  /** Canonical; the common prefix of every path seen. Empty for `tcp`. */
  readonly path: string;
  readonly attempts: number;
  /** What the gate saw before it refused: all of it, only the place, or only its name in a DNS question. */
  readonly seen: "request" | "connection" | "name";
  /** Tried without TLS on some attempt. */
  readonly plain: boolean;
  /** Refused on some attempt because the declared bytes were spent. */
  readonly over_bytes: boolean;
}

export interface GatheredAttempts {
  /** Sorted by host, port, method and path. */
  readonly wanted: readonly WantedCall[];
  /** Attempts that a declaration can mend, but whose place has no canonical form or was erased. */
  readonly unnamed: number;
  /** Attempts at places beyond those that one draft holds. */
  readonly beyond: number;
  /** Attempts that were refused for what they were, by cause: no declaration mends them. Sorted by cause. */
  readonly kept: readonly { readonly cause: string; readonly attempts: number }[];
}

/** Places that one draft names; a run that tried more wants no declaration but another spec. */
export const WANTED_MAX = 64;

/** A client of a protocol in which the server speaks first (SMTP, IMAP, FTP, MySQL): it said nothing, and that was too slow. */
function isWaiting({ via, port, path, cause }: BlockedAttempt): boolean {
  if (cause !== "too_slow" || via !== "transparent" || path !== "" || port === null) return false;
  return !TLS_PORTS.has(port) && !PLAIN_PORTS.has(port);
}

/**
 * Causes with which enforce/gate refuses and that another declaration can mend. All others are kept as what they are; what
 * failed, such as a name that does not exist, was no refusal.
 */
const MENDABLE: ReadonlySet<string> = new Set<ConnectionCause | GateCause>([
  "host_not_granted",
  "method_not_granted",
  "path_not_granted",
  "requests_over_limit",
  "bytes_over_limit",
  "connections_over_limit",
  "opaque_bytes",
  "name_not_granted",
  "connect_refused",
]);

/** Where HTTP is spoken, with TLS and without (IANA service names; 8080 and 8443 by use). */
const TLS_PORTS: ReadonlySet<number> = new Set([443, 8443]);
const PLAIN_PORTS: ReadonlySet<number> = new Set([80, 8080]);

/**
 * The attempts as wanted calls. Paths of one place and method are joined to their common prefix, but apart for each of
 * `prefixes`: what the spec in force allows of that place, so that two allowed paths are not widened to a refused one.
 *
 * @example gatherAttempts(attempts, (host, port) => compiled.endpoints.lookup(host, port)?.paths ?? [])
 */
export function gatherAttempts(
  attempts: Iterable<BlockedAttempt>,
  prefixes: (host: string, port: number) => readonly string[],
): GatheredAttempts {
  const wanted = new Map<string, WantedCall>();
  const kept = new Map<string, number>();
  let unnamed = 0;
  let beyond = 0;
  for (const attempt of attempts) {
    if (!MENDABLE.has(attempt.cause) && !isWaiting(attempt)) {
      kept.set(attempt.cause, (kept.get(attempt.cause) ?? 0) + 1);
      continue;
    }
    const one = wantedOf(attempt);
    if (one === null) {
      unnamed += 1;
      continue;
    }
    const prefix = prefixes(one.host, one.port).find((allowed) => matchesPathPrefix(allowed, one.path)) ?? "";
    const key = [one.scheme, one.host, one.port, one.method, one.seen, prefix].join(" ");
    const before = wanted.get(key);
    if (before === undefined && wanted.size >= WANTED_MAX) beyond += 1;
    else wanted.set(key, before === undefined ? one : joined(before, one));
  }
  return {
    wanted: withoutGuesses([...wanted.values()]).sort((a, b) => compare(keyOf(a), keyOf(b))),
    unnamed,
    beyond,
    kept: [...kept].sort(([a], [b]) => compare(a, b)).map(([cause, count]) => ({ cause, attempts: count })),
  };
}

/** The refused attempt that an egress record tells of, or null: it was no refusal, or one of a model on this node. */
export function attemptOf({ core, payload }: LedgerRecord): BlockedAttempt | null {
  const { decision, via, port, method, cause } = core;
  if (decision !== "refuse" || typeof via !== "string" || via === "model") return null;
  const named = typeof payload === "object" && payload !== null && !Array.isArray(payload) ? payload : {};
  const { host = null, path = "" } = named as { readonly host?: unknown; readonly path?: unknown };
  return {
    via,
    host: typeof host === "string" ? host : null,
    port: typeof port === "number" ? port : null,
    method: typeof method === "string" ? method : "",
    path: typeof path === "string" ? path : "",
    cause: typeof cause === "string" ? cause : "unknown",
  };
}

function wantedOf(attempt: BlockedAttempt): WantedCall | null {
  const { via, host, port, method, path } = attempt;
  const name = host === null ? null : canonicalHost(host);
  // Recorded in canonical form, or not to be written down.
  if (name === null || !name.ok || name.value.name !== host) return null;
  if (via === "dns") return guess(host, 443, "name");
  if (port === null) return null;
  const plain = PLAIN_PORTS.has(port) || via === "proxy";
  const isRequest = path.startsWith("/");
  const isHttp = isRequest || plain || TLS_PORTS.has(port) || via === "connect";
  const over_bytes = attempt.cause === "bytes_over_limit";
  if (via === "opaque" || attempt.cause === "opaque_bytes" || !isHttp) {
    return { ...guess(host, port, "connection"), scheme: "tcp", method: "CONNECT", path: "", over_bytes };
  }
  // An endpoint elsewhere is only ever called with TLS (docs/SPEC.md, floor).
  const at = plain && port === 80 ? 443 : port;
  if (!isRequest) return { ...guess(host, at, "connection"), plain };
  const canonical = canonicalUrlPath(path);
  if (!canonical.ok || !METHODS.some((known) => known === method)) return null;
  return { ...guess(host, at, "request"), method, path: canonical.value, plain, over_bytes };
}

/** What is taken where no more was seen: one reading of anything there. */
function guess(host: string, port: number, seen: WantedCall["seen"]): WantedCall {
  const told = { attempts: 1, seen, plain: false, over_bytes: false };
  return { scheme: "https", host, port, method: "GET", path: "/", ...told };
}

function joined(a: WantedCall, b: WantedCall): WantedCall {
  return {
    ...a,
    path: commonPrefix(a.path, b.path),
    attempts: a.attempts + b.attempts,
    plain: a.plain || b.plain,
    over_bytes: a.over_bytes || b.over_bytes,
  };
}

/** The longest prefix of both that ends at a segment boundary. */
export function commonPrefix(a: string, b: string): string {
  if (matchesPathPrefix(a, b)) return a;
  if (matchesPathPrefix(b, a)) return b;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  return a.slice(0, a.lastIndexOf("/", same - 1) + 1) || "/";
}

/** A place of which more was seen on another attempt needs no guess at its method and path. */
function withoutGuesses(all: readonly WantedCall[]): WantedCall[] {
  const told = new Set(all.filter(({ seen }) => seen === "request").map((call) => placeOf(call)));
  const reached = new Set(all.filter(({ seen }) => seen !== "name").map(({ host }) => host));
  return all.filter((call) => {
    if (call.seen === "name") return !reached.has(call.host);
    return call.seen === "request" || call.scheme === "tcp" || !told.has(placeOf(call));
  });
}

function placeOf({ host, port }: WantedCall): string {
  return `${host} ${port}`;
}

function keyOf({ host, port, method, path }: WantedCall): string {
  return [host, String(port).padStart(5, "0"), method, path].join(" ");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
