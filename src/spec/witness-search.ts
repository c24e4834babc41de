// The search for a witness: tries candidate requests until the newer spec permits one that the older refuses.
import { intersectPathPrefixes } from "../names/path-prefix.ts";
import { certificateSet } from "./certificates.ts";
import type { EffectiveEndpoint } from "./effective-endpoint.ts";
import { distinctPlaces, movedPlaces, type Place } from "./host-places.ts";
import { CONNECT } from "./methods.ts";
import type { Spec } from "./spec.ts";
import {
  type Looser,
  NOTHING_FOUND,
  smallestRequest,
  type WitnessCall,
  type WitnessRequest,
} from "./witness.ts";
import { type IndexedSpec, indexSpec, permits } from "./witness-check.ts";

/** How many candidates are tried for one field before it is called looser without a witness: some milliseconds. */
const CANDIDATES_MAX = 4096;

/** How many are tried for all fields together: some hundred milliseconds. */
const TRIES_MAX: number = 16 * CANDIDATES_MAX;

/** Two specs under comparison: is `b` no looser than `a`? */
export class Comparison {
  readonly b: Spec;
  readonly a: Spec;
  #indexed: { readonly b: IndexedSpec; readonly a: IndexedSpec } | null = null;
  #places: readonly Place[] | null = null;
  #moved: readonly Place[] | null = null;
  #tasks: readonly WitnessRequest[] | null = null;
  #call: { readonly place: Place; readonly call: WitnessCall | null } | null = null;
  #tried = 0;

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
    this.#places ??= distinctPlaces(this.b.sovereignty.endpoints, this.a.sovereignty.endpoints);
    return this.#places;
  }

  /** Of those, the ones at which the endpoints are not the same. */
  get moved(): readonly Place[] {
    this.#moved ??= movedPlaces(this.b.sovereignty.endpoints, this.a.sovereignty.endpoints);
    return this.#moved;
  }

  /** The finding that `field` is looser, with the first of `candidates` that is a witness; none once enough were tried. */
  looser(field: string, candidates: Iterable<WitnessRequest>): Looser {
    const until = Math.min(this.#tried + CANDIDATES_MAX, TRIES_MAX);
    for (const request of candidates) {
      if (this.#tried === until) break;
      this.#tried += 1;
      if (permits(this.indexed.b, request) && !permits(this.indexed.a, request)) {
        return { field, request };
      }
    }
    return { field, request: null };
  }

  /** The smallest request of each principal that both specs list alike, or of each of the newer one if none is. */
  tasks(): readonly WitnessRequest[] {
    if (this.#tasks === null) {
      const older = this.indexed.a.principals;
      const both = this.b.principals.filter(({ name, uid }) => older.get(name)?.uid === uid);
      const asking = both.length > 0 ? both : this.b.principals;
      this.#tasks = asking.map(({ name, uid }) => smallestRequest({ name, uid }));
    }
    return this.#tasks;
  }

  /** The smallest request to each place, with a method and path that both specs know if there is one. */
  *callers(): Iterable<CallingRequest> {
    for (const place of this.places) yield* this.callersAt(place);
  }

  /** As `callers`, to one place, with parts of the call replaced. */
  *callersAt(place: Place, change: Partial<WitnessCall> = {}): Iterable<CallingRequest> {
    const smallest = this.#callAt(place);
    if (smallest === null) return;
    const call = { ...smallest, ...change };
    const { bound: places, principals } = this.indexed.b;
    const bound = places.get(`${place.host}:${place.port}`) ?? [];
    for (const task of this.tasks()) {
      const allowed = principals.get(task.principal.name)?.secrets ?? [];
      // Where a secret is bound, a call without any is refused. One that both specs bind there tells the rest apart.
      const secrets = bound.map(({ name }) => name).filter((name) => allowed.includes(name));
      if (secrets.length === 0) yield withCall(task, call);
      for (const name of secrets) yield withCall({ ...task, secrets: [name] }, call);
    }
  }

  /** Kept from field to field of one place. */
  #callAt(place: Place): WitnessCall | null {
    if (this.#call?.place !== place) {
      const newer = this.indexed.b.endpoints.lookup(place.host, place.port);
      const older = this.indexed.a.endpoints.lookup(place.host, place.port) ?? newer;
      this.#call = { place, call: newer && older && smallestCall(place, newer, older) };
    }
    return this.#call.call;
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
