// Of overlapping endpoint entries the tightest of each field holds: this resolves what is in force for a host and port.
// Not the judgement of a call (decide/) and not the comparison of two specs (no-looser.ts).
import { addressClass } from "../names/address.ts";
import { isWildcard, matchesHost } from "../names/host-pattern.ts";
import { intersectPathPrefixes } from "../names/path-prefix.ts";
import { certificateSet, certificateText } from "./certificates.ts";
import type { Control, Endpoint, Opaque, Price } from "./spec.ts";

/** From the most to the least sovereign. */
export const CONTROL_ORDER: readonly Control[] = ["owned", "contracted", "uncontrolled"];

/** What holds for one host and port: the tightest of each field over every entry that matches. `host` is the first entry's pattern. */
export interface EffectiveEndpoint extends Endpoint {
  /**
   * Every capability that any matching entry serves. A declared call must be `for` capabilities within `serves` (the
   * intersection: less may be asked); a call that declares none is judged by the weakest of `serves_any` (the union:
   * more may be meant). Each is the tight direction of its use.
   */
  readonly serves_any: readonly string[];
}

/** Answers for one list of endpoints, in the number of labels of the host, whatever the length of the list. */
export interface EndpointIndex {
  /**
   * What holds for the canonical `host` and `port`; null: no entry names it, or those that do exclude each other, so it is
   * unknown and refused.
   */
  lookup(host: string, port: number): EffectiveEndpoint | null;
  /** Whether an entry has exactly this pattern and port. */
  names(pattern: string, port: number): boolean;
  /** Patterns, each with its port, whose entries exclude each other: two pins, or one opaque and one not. */
  conflicts(): readonly string[];
}

/**
 * What holds for the canonical `host` and `port`, by looking at every entry. `ladder` orders clearances; a clearance
 * that is not on it counts as lower than all. null: the host is unknown, or its entries exclude each other.
 */
export function effectiveEndpoint(
  endpoints: readonly Endpoint[],
  ladder: readonly string[],
  host: string,
  port: number,
): EffectiveEndpoint | null {
  const matching = endpoints.filter((entry) => entry.port === port && matchesHost(entry.host, host));
  return tightest(matching, ladder);
}

/**
 * An index over `endpoints` that answers exactly as `effectiveEndpoint` does. Built once for a spec; what overlaps is
 * resolved at the first look-up of its pattern, after which a look-up allocates nothing but suffixes.
 */
export function buildEndpointIndex(endpoints: readonly Endpoint[], ladder: readonly string[]): EndpointIndex {
  const byPort = new Map<number, Map<string, Pattern>>();
  for (const entry of endpoints) {
    const byHost = byPort.get(entry.port) ?? new Map<string, Pattern>();
    if (byHost.size === 0) byPort.set(entry.port, byHost);
    const same = byHost.get(entry.host);
    if (same === undefined) byHost.set(entry.host, { own: [entry], effective: undefined });
    else same.own.push(entry);
  }
  return {
    lookup: (host, port) => {
      const byHost = byPort.get(port);
      const pattern = byHost === undefined ? null : find(byHost, host);
      return byHost === undefined || pattern === null ? null : resolve(byHost, pattern, ladder);
    },
    names: (pattern, port) => byPort.get(port)?.has(pattern) ?? false,
    conflicts: () =>
      [...byPort].flatMap(([port, byHost]) =>
        [...byHost]
          .filter(([, pattern]) => resolve(byHost, pattern, ladder) === null)
          .map(([host]) => `${host}:${port}`),
      ),
  };
}

/** The entries of one pattern, and what holds there together with every wider one; undefined: not asked yet. */
interface Pattern {
  readonly own: Endpoint[];
  effective: EffectiveEndpoint | null | undefined;
}

function resolve(
  byHost: ReadonlyMap<string, Pattern>,
  pattern: Pattern,
  ladder: readonly string[],
): EffectiveEndpoint | null {
  if (pattern.effective === undefined) {
    const host = pattern.own[0]?.host ?? "";
    const entries = [...pattern.own];
    for (const wider of wildcardsAbove(isWildcard(host) ? host.slice(2) : host))
      entries.push(...(byHost.get(wider)?.own ?? []));
    pattern.effective = tightest(entries, ladder);
  }
  return pattern.effective;
}

function find(byHost: ReadonlyMap<string, Pattern>, host: string): Pattern | null {
  const exact = byHost.get(host);
  if (exact !== undefined) return exact;
  // The longest wildcard that matches takes in the wider ones.
  for (const wildcard of wildcardsAbove(host)) {
    const pattern = byHost.get(wildcard);
    if (pattern !== undefined) return pattern;
  }
  return null;
}

/** Every wildcard that can match `host`, longest first. */
export function* wildcardsAbove(host: string): Iterable<string> {
  for (let dot = host.indexOf("."); dot !== -1; dot = host.indexOf(".", dot + 1)) yield `*${host.slice(dot)}`;
}

function tightest(entries: readonly Endpoint[], ladder: readonly string[]): EffectiveEndpoint | null {
  const [first, ...rest] = entries;
  if (first === undefined) return null;
  const start: EffectiveEndpoint = { ...first, address: pinOf(first), serves_any: first.serves };
  return rest.reduce<EffectiveEndpoint | null>(
    (sofar, entry) => (sofar === null ? null : tighter(sofar, entry, ladder)),
    start,
  );
}

/** An address leads to itself. */
function pinOf({ host, address }: Endpoint): string | null {
  return address ?? (addressClass(host) === "reserved" ? null : host);
}

function tighter(
  sofar: EffectiveEndpoint,
  entry: Endpoint,
  ladder: readonly string[],
): EffectiveEndpoint | null {
  const address = samePin(sofar.address, pinOf(entry));
  const ca = commonAuthorities(sofar.ca, entry.ca);
  if (address === EXCLUDED || ca === EXCLUDED) return null;
  if ((sofar.opaque === null) !== (entry.opaque === null)) return null;
  return {
    host: sofar.host,
    port: sofar.port,
    address,
    ca,
    control:
      CONTROL_ORDER.indexOf(sofar.control) >= CONTROL_ORDER.indexOf(entry.control)
        ? sofar.control
        : entry.control,
    clearance:
      ladder.indexOf(sofar.clearance) <= ladder.indexOf(entry.clearance) ? sofar.clearance : entry.clearance,
    serves: sofar.serves.filter((capability) => entry.serves.includes(capability)),
    serves_any: [...new Set([...sofar.serves_any, ...entry.serves])].sort(),
    methods: sofar.methods.filter((method) => entry.methods.includes(method)),
    paths: intersectPathPrefixes(sofar.paths, entry.paths),
    content_types: commonTypes(sofar.content_types, entry.content_types),
    requests_per_task_max: lower(sofar.requests_per_task_max, entry.requests_per_task_max),
    bytes_out_per_task_max: lower(sofar.bytes_out_per_task_max, entry.bytes_out_per_task_max),
    bytes_in_per_task_max: lower(sofar.bytes_in_per_task_max, entry.bytes_in_per_task_max),
    price: dearer(sofar.price, entry.price),
    latency: slower(sofar.latency, entry.latency),
    opaque: tighterOpaque(sofar.opaque, entry.opaque, ladder),
  };
}

/** Both pins cannot hold. */
const EXCLUDED: unique symbol = Symbol("excluded");

/** A pin holds beside an entry that has none. */
function samePin(one: string | null, other: string | null): string | null | typeof EXCLUDED {
  if (one === null || other === null) return one ?? other;
  return one === other ? one : EXCLUDED;
}

function commonAuthorities(one: string | null, other: string | null): string | null | typeof EXCLUDED {
  if (one === null || other === null) return one ?? other;
  const known = new Set(certificateSet(other));
  const both = certificateSet(one).filter((certificate) => known.has(certificate));
  return both.length === 0 ? EXCLUDED : certificateText(both);
}

/** null is any type. */
function commonTypes(
  one: readonly string[] | null,
  other: readonly string[] | null,
): readonly string[] | null {
  if (one === null || other === null) return one ?? other;
  return one.filter((type) => other.includes(type));
}

function tighterOpaque(one: Opaque | null, other: Opaque | null, ladder: readonly string[]): Opaque | null {
  if (one === null || other === null) return null;
  return {
    max_label:
      ladder.indexOf(one.max_label) <= ladder.indexOf(other.max_label) ? one.max_label : other.max_label,
    bytes_out: Math.min(one.bytes_out, other.bytes_out),
    bytes_in: Math.min(one.bytes_in, other.bytes_in),
  };
}

/** null is no cap. */
function lower(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : Math.min(one, other);
}

/** null costs nothing and is not even counted. */
function dearer(one: Price | null, other: Price | null): Price | null {
  if (one === null || other === null) return one ?? other;
  return {
    input_per_million: Math.max(one.input_per_million, other.input_per_million),
    output_per_million: Math.max(one.output_per_million, other.output_per_million),
    per_request: Math.max(one.per_request, other.per_request),
  };
}

/** null is unknown: no wish for a latency is met by it, so it is the tightest. */
function slower(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other);
}
