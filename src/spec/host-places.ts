// The hosts and ports that the endpoint lists of two specs can tell apart, one for each class, and those for which anything
// changed. Says where to look, not what holds there (effective-endpoint.ts).
import { isWildcard } from "../names/host-pattern.ts";
import { wildcardsAbove } from "./effective-endpoint.ts";
import { samePrice } from "./price.ts";
import type { Endpoint, Opaque } from "./spec.ts";

/** A host and port, with the pattern that it stands for. */
export interface Place {
  readonly pattern: string;
  readonly host: string;
  readonly port: number;
}

/**
 * One host for each class of hosts that the patterns can tell apart: each exact host, and for each wildcard a host
 * directly below it that nobody names. Any other host matches the same patterns as one of these.
 */
export function distinctPlaces(b: readonly Endpoint[], a: readonly Endpoint[]): readonly Place[] {
  return placesOf([...b, ...a], () => new Set([...b, ...a].map(({ host }) => host)));
}

/**
 * Of `distinctPlaces`, those at which some entry that matches is not in both lists. At any other place the same entries
 * match, so the same holds there in both.
 */
export function movedPlaces(b: readonly Endpoint[], a: readonly Endpoint[]): readonly Place[] {
  const [added, removed] = [without(b, a), without(a, b)];
  // Entries that were only changed stand for the same places.
  const changed = added.length === removed.length && added.every((entry, at) => isOfSame(entry, removed[at]));
  const moved = changed ? added : [...lacking(added, removed), ...lacking(removed, added)];
  const named = (): ReadonlySet<string> => new Set([...b, ...a].map(({ host }) => host));
  if (!moved.some(({ host }) => isWildcard(host))) return placesOf(moved, named);
  const keys = new Set(moved.map(keyOf));
  // An entry is told apart from others below a wildcard that moved, though it did not move itself.
  const below = ({ host, port }: Endpoint): boolean =>
    [...wildcardsAbove(isWildcard(host) ? host.slice(2) : host)].some((wider) =>
      keys.has(`${wider}:${port}`),
    );
  return placesOf(
    [...b, ...a].filter((entry) => keys.has(keyOf(entry)) || below(entry)),
    named,
  );
}

function placesOf(endpoints: readonly Endpoint[], named: () => ReadonlySet<string>): readonly Place[] {
  const places = new Map<string, Place>();
  let names: ReadonlySet<string> | null = null;
  for (const entry of endpoints) {
    const { host, port } = entry;
    const key = keyOf(entry);
    if (places.has(key)) continue;
    if (isWildcard(host)) names ??= named();
    places.set(key, { pattern: host, host: names === null ? host : unnamedHost(host, names), port });
  }
  return [...places.values()];
}

/** A host directly below a wildcard that nobody names; a host named in full is itself. */
function unnamedHost(pattern: string, named: ReadonlySet<string>): string {
  if (!isWildcard(pattern)) return pattern;
  for (let n = 0; ; n += 1) {
    const host = `w${n}${pattern.slice(1)}`;
    if (!named.has(host)) return host;
  }
}

/** The entries of `one` that do not stand in the same place of `other`: of most amendments few. */
function without(one: readonly Endpoint[], other: readonly Endpoint[]): readonly Endpoint[] {
  return one === other ? [] : one.filter((entry, at) => !sameEndpoint(entry, other[at]));
}

/** The entries of `one` that `other` has nowhere. */
function lacking(one: readonly Endpoint[], other: readonly Endpoint[]): readonly Endpoint[] {
  if (one.length === 0 || other.length === 0) return one;
  const known = Map.groupBy(other, keyOf);
  return one.filter((entry) => !(known.get(keyOf(entry)) ?? []).some((same) => sameEndpoint(entry, same)));
}

function isOfSame(one: Endpoint, other: Endpoint | undefined): boolean {
  return one.host === other?.host && one.port === other.port;
}

function keyOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

function sameEndpoint(one: Endpoint, other: Endpoint | undefined): boolean {
  if (one === other || other === undefined) return one === other;
  return (
    one.host === other.host &&
    one.port === other.port &&
    one.control === other.control &&
    one.clearance === other.clearance &&
    one.requests_per_task_max === other.requests_per_task_max &&
    one.bytes_out_per_task_max === other.bytes_out_per_task_max &&
    one.bytes_in_per_task_max === other.bytes_in_per_task_max &&
    one.latency === other.latency &&
    samePrice(one.price, other.price) &&
    one.address === other.address &&
    one.ca === other.ca &&
    sameOpaque(one.opaque, other.opaque) &&
    sameTypes(one.content_types, other.content_types) &&
    sameList(one.serves, other.serves) &&
    sameList(one.methods, other.methods) &&
    sameList(one.paths, other.paths)
  );
}

function sameOpaque(one: Opaque | null, other: Opaque | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.max_label === other.max_label && one.bytes_out === other.bytes_out && one.bytes_in === other.bytes_in
  );
}

function sameTypes(one: readonly string[] | null, other: readonly string[] | null): boolean {
  return one === null || other === null ? one === other : sameList(one, other);
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}
