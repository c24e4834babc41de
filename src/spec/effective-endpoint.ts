// Of overlapping endpoint entries the tightest of each field holds: this resolves what is in force for a host and port.
// Not the judgement of a call (decide/) and not the comparison of two specs (no-looser.ts).
import { isWildcard, matchesHost } from "../names/host-pattern.ts";
import { intersectPathPrefixes } from "../names/path-prefix.ts";
import type { Control, Endpoint } from "./spec.ts";

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
  /** What holds for the canonical `host` and `port`; null: no entry names it, so it is unknown and refused. */
  lookup(host: string, port: number): EffectiveEndpoint | null;
}

/**
 * What holds for the canonical `host` and `port`, by looking at every entry. `ladder` orders clearances; a clearance
 * that is not on it counts as lower than all. null: the host is unknown.
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
 * An index over `endpoints` that answers exactly as `effectiveEndpoint` does. Built once for a spec; everything that
 * overlaps is resolved at build time, so that a look-up allocates nothing but suffixes.
 */
export function buildEndpointIndex(endpoints: readonly Endpoint[], ladder: readonly string[]): EndpointIndex {
  const byPort = new Map<number, Map<string, Endpoint[]>>();
  for (const entry of endpoints) {
    const byHost = byPort.get(entry.port) ?? new Map<string, Endpoint[]>();
    byPort.set(entry.port, byHost);
    const same = byHost.get(entry.host);
    if (same === undefined) byHost.set(entry.host, [entry]);
    else same.push(entry);
  }
  const resolved = new Map([...byPort].map(([port, byHost]) => [port, resolveAll(byHost, ladder)] as const));
  return { lookup: (host, port) => find(resolved.get(port), host) };
}

function resolveAll(
  byHost: ReadonlyMap<string, readonly Endpoint[]>,
  ladder: readonly string[],
): ReadonlyMap<string, EffectiveEndpoint> {
  const resolved = new Map<string, EffectiveEndpoint>();
  for (const [pattern, own] of byHost) {
    const above = wildcardsAbove(isWildcard(pattern) ? pattern.slice(2) : pattern);
    const effective = tightest([...own, ...above.flatMap((wider) => byHost.get(wider) ?? [])], ladder);
    if (effective !== null) resolved.set(pattern, effective);
  }
  return resolved;
}

function find(
  resolved: ReadonlyMap<string, EffectiveEndpoint> | undefined,
  host: string,
): EffectiveEndpoint | null {
  if (resolved === undefined) return null;
  const exact = resolved.get(host);
  if (exact !== undefined) return exact;
  // The longest wildcard that matches has taken in the wider ones when the index was built.
  for (let dot = host.indexOf("."); dot !== -1; dot = host.indexOf(".", dot + 1)) {
    const wildcard = resolved.get(`*${host.slice(dot)}`);
    if (wildcard !== undefined) return wildcard;
  }
  return null;
}

/** Every wildcard that can match `host`, longest first. */
function wildcardsAbove(host: string): readonly string[] {
  const patterns: string[] = [];
  for (let dot = host.indexOf("."); dot !== -1; dot = host.indexOf(".", dot + 1))
    patterns.push(`*${host.slice(dot)}`);
  return patterns;
}

function tightest(entries: readonly Endpoint[], ladder: readonly string[]): EffectiveEndpoint | null {
  const [first, ...rest] = entries;
  if (first === undefined) return null;
  const start: EffectiveEndpoint = { ...first, serves_any: first.serves };
  return rest.reduce<EffectiveEndpoint>((sofar, entry) => tighter(sofar, entry, ladder), start);
}

function tighter(sofar: EffectiveEndpoint, entry: Endpoint, ladder: readonly string[]): EffectiveEndpoint {
  return {
    host: sofar.host,
    port: sofar.port,
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
    requests_per_task_max: lower(sofar.requests_per_task_max, entry.requests_per_task_max),
    bytes_out_per_task_max: lower(sofar.bytes_out_per_task_max, entry.bytes_out_per_task_max),
    latency: slower(sofar.latency, entry.latency),
  };
}

/** null is no cap. */
function lower(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : Math.min(one, other);
}

/** null is unknown: no wish for a latency is met by it, so it is the tightest. */
function slower(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other);
}
