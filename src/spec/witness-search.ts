// The search for a witness: tries candidate requests until the newer spec permits one that the older refuses.
import { isWildcard } from "../names/host-pattern.ts";
import { intersectPathPrefixes } from "../names/path-prefix.ts";
import { certificateSet } from "./certificates.ts";
import type { EffectiveEndpoint } from "./effective-endpoint.ts";
import { CONNECT } from "./methods.ts";
import type { Endpoint, Spec } from "./spec.ts";
import {
  type Looser,
  NOTHING_FOUND,
  smallestRequest,
  type WitnessCall,
  type WitnessRequest,
} from "./witness.ts";
import { type IndexedSpec, indexSpec, permits } from "./witness-check.ts";
import { formatWitness } from "./witness-text.ts";

/** How many candidates are tried for one field before it is called looser without a witness: some milliseconds. */
const CANDIDATES_MAX = 4096;

/** For how many fields a witness is looked for: enough to read, and what bounds the time of comparing long specs. */
const SEARCHES_MAX = 64;

/** Two specs under comparison: is `b` no looser than `a`? */
export class Comparison {
  readonly b: Spec;
  readonly a: Spec;
  #indexed: { readonly b: IndexedSpec; readonly a: IndexedSpec } | null = null;
  #places: readonly Place[] | null = null;
  #searches = 0;

  constructor(b: Spec, a: Spec) {
    this.b = b;
    this.a = a;
  }

  /** Both specs indexed; built on first use, since most comparisons find nothing. */
  get indexed(): { readonly b: IndexedSpec; readonly a: IndexedSpec } {
    this.#indexed ??= { b: indexSpec(this.b), a: indexSpec(this.a) };
    return this.#indexed;
  }

  /** Every host and port that the two specs can tell apart, one for each class. */
  get places(): readonly Place[] {
    this.#places ??= distinctPlaces([...this.b.sovereignty.endpoints, ...this.a.sovereignty.endpoints]);
    return this.#places;
  }

  /** The finding that `field` is looser, with the first of `candidates` that is a witness; none once enough were sought. */
  looser(field: string, candidates: Iterable<WitnessRequest>): Looser {
    this.#searches += 1;
    if (this.#searches > SEARCHES_MAX) return { field, witness: null, request: null };
    let tried = 0;
    for (const request of candidates) {
      tried += 1;
      if (tried > CANDIDATES_MAX) break;
      if (permits(this.indexed.b, request) && !permits(this.indexed.a, request)) {
        return { field, witness: formatWitness(request), request };
      }
    }
    return { field, witness: null, request: null };
  }

  /** The smallest request of each principal that both specs list alike, or of each of the newer one if none is. */
  *tasks(): Iterable<WitnessRequest> {
    const both = this.b.principals.filter((principal) =>
      this.a.principals.some(({ name, uid }) => name === principal.name && uid === principal.uid),
    );
    for (const { name, uid } of both.length > 0 ? both : this.b.principals)
      yield smallestRequest({ name, uid });
  }

  /** The smallest request to each place, with a method and path that both specs know if there is one. */
  *callers(): Iterable<CallingRequest> {
    for (const place of this.places) yield* this.callersAt(place);
  }

  /** As `callers`, to one place. */
  *callersAt(place: Place): Iterable<CallingRequest> {
    const newer = this.indexed.b.endpoints.lookup(place.host, place.port);
    if (newer === null) return;
    const older = this.indexed.a.endpoints.lookup(place.host, place.port) ?? newer;
    const call = smallestCall(place, newer, older);
    if (call === null) return;
    const bound = this.b.sovereignty.secrets.filter(
      ({ for: { host, port } }) => host === place.host && port === place.port,
    );
    for (const task of this.tasks()) {
      const allowed = this.b.principals.find(({ name }) => name === task.principal.name)?.secrets ?? [];
      // Where a secret is bound, a call without any is refused. One that both specs bind there tells the rest apart.
      const secrets = bound.map(({ name }) => name).filter((name) => allowed.includes(name));
      if (secrets.length === 0) yield withCall(task, call);
      for (const name of secrets) yield withCall({ ...task, secrets: [name] }, call);
    }
  }
}

/** A request that makes exactly one kind of call. */
export type CallingRequest = WitnessRequest & { readonly calls: readonly [WitnessCall] };

/** `request` with `call` as its only one; a call costs at least a point of the score. */
export function withCall(request: WitnessRequest, call: WitnessCall): CallingRequest {
  return { ...request, calls: [call], score: Math.min(request.score, 99) };
}

/** `request` with parts of its call replaced. */
export function changeCall(request: CallingRequest, change: Partial<WitnessCall>): CallingRequest {
  return withCall(request, { ...request.calls[0], ...change });
}

/** A host and port, with the pattern that it stands for. */
export interface Place {
  readonly pattern: string;
  readonly host: string;
  readonly port: number;
}

/** With a method, path and pins that both endpoints have if there are any; null: the newer one takes none. */
function smallestCall(
  { host, port }: Place,
  newer: EffectiveEndpoint,
  older: EffectiveEndpoint,
): WitnessCall | null {
  const { address } = newer;
  const place = { host, port, address, ...SMALLEST_CALL };
  if (newer.opaque !== null) {
    return { ...place, scheme: "tcp", method: CONNECT, path: "", authority: null };
  }
  const method = newer.methods.find((one) => older.methods.includes(one)) ?? newer.methods[0];
  const path = intersectPathPrefixes(newer.paths, older.paths)[0] ?? newer.paths[0];
  if (method === undefined || path === undefined) return null;
  const known = certificateSet(older.ca);
  const authorities = certificateSet(newer.ca);
  const authority = authorities.find((one) => known.includes(one)) ?? authorities[0] ?? null;
  return { ...place, scheme: "https", method, path, authority };
}

const SMALLEST_CALL = {
  content_type: null,
  carries: null,
  sends: [],
  passages: [],
  found: NOTHING_FOUND,
  for: [],
  declared: 1,
  requests: 1,
  bytes_out: 1,
  bytes_in: 1,
  tokens_in: 0,
  tokens_out: 0,
  label: null,
  latency: null,
} as const;

/**
 * One host for each class of hosts that the patterns can tell apart: each exact host, and for each wildcard a host
 * directly below it that nobody names. Any other host matches the same patterns as one of these.
 */
function distinctPlaces(endpoints: readonly Endpoint[]): readonly Place[] {
  const named = new Set(endpoints.map(({ host }) => host));
  const places = new Map<string, Place>();
  for (const { host, port } of endpoints) {
    places.set(`${host}:${port}`, {
      pattern: host,
      host: isWildcard(host) ? unnamedHost(host, named) : host,
      port,
    });
  }
  return [...places.values()];
}

function unnamedHost(wildcard: string, named: ReadonlySet<string>): string {
  for (let n = 0; ; n += 1) {
    const host = `w${n}${wildcard.slice(1)}`;
    if (!named.has(host)) return host;
  }
}
