// Endpoints, after overlaps are resolved: for one host of each class that the two lists can tell apart, what holds in the
// newer spec is compared with what holds in the older one. That is exact, since hosts of a class match the same entries.
import { addressClass } from "../names/address.ts";
import { patternBase } from "../names/path.ts";
import { matchesPathPrefix } from "../names/path-prefix.ts";
import { certificateSet } from "./certificates.ts";
import { CONTROL_ORDER, type EffectiveEndpoint } from "./effective-endpoint.ts";
import type { Place } from "./host-places.ts";
import { refusedFinds } from "./no-looser-detectors.ts";
import { cheaper, looserPrice } from "./no-looser-price.ts";
import type { Endpoint, Opaque, Price } from "./spec.ts";
import type { Looser, WitnessCall, WitnessRequest } from "./witness.ts";
import { mayDial } from "./witness-check.ts";
import { type CallingRequest, type Comparison, changeCall } from "./witness-search.ts";

/** The fields of `sovereignty.endpoints` in which the newer spec is looser. */
export function looserEndpoints(comparison: Comparison): readonly Looser[] {
  return comparison.moved.flatMap((place) => {
    const newer = comparison.indexed.b.endpoints.lookup(place.host, place.port);
    const older = comparison.indexed.a.endpoints.lookup(place.host, place.port);
    if (newer === null) return [];
    const field = `sovereignty.endpoints[${place.pattern}:${place.port}]`;
    if (older === null) return [comparison.looser(field, comparison.callersAt(place))];
    return looserFields({ comparison, place, newer, older }).map(({ name, candidates }) =>
      comparison.looser(`${field}.${name}`, candidates),
    );
  });
}

/** A media type of nobody's: RFC 6838 section 3.4 keeps `x.` for private use. */
const UNNAMED_TYPE = "application/x.w0";

interface Pair {
  readonly comparison: Comparison;
  readonly place: Place;
  readonly newer: EffectiveEndpoint;
  readonly older: EffectiveEndpoint;
}

interface LooserField {
  readonly name: keyof Endpoint | `opaque.${keyof Opaque}` | `price.${keyof Price}`;
  readonly candidates: Iterable<WitnessRequest>;
}

function looserFields(pair: Pair): readonly LooserField[] {
  const { newer, older } = pair;
  // Each takes what the other refuses; nothing else of them can be compared.
  if ((newer.opaque === null) !== (older.opaque === null)) {
    return [{ name: "opaque", candidates: changes(pair, [{}]) }];
  }
  const found: LooserField[] = [...looserPins(pair)];
  const rank = (label: string) => pair.comparison.a.privacy.ladder.indexOf(label);
  if (CONTROL_ORDER.indexOf(newer.control) < CONTROL_ORDER.indexOf(older.control)) {
    found.push({ name: "control", candidates: controlled(pair) });
  }
  if (rank(newer.clearance) > rank(older.clearance)) {
    found.push({ name: "clearance", candidates: changes(pair, [{ label: newer.clearance }]) });
  }
  found.push(...looserServes(pair), ...(newer.opaque === null ? looserRequests(pair) : looserOpaque(pair)));
  found.push(...looserCaps(pair));
  found.push(...looserPrice(pair).map((name) => ({ name, candidates: cheaper(pair) })));
  if (newer.latency !== null && (older.latency === null || newer.latency < older.latency)) {
    found.push({ name: "latency", candidates: changes(pair, [{ latency: newer.latency }]) });
  }
  return found;
}

/**
 * A pin is a place: another one, or none, reaches what the older spec did not. A first pin only narrows what is dialled if
 * it is public; a first authority proves servers that those of the system do not. A pin to this node lets plain HTTP through,
 * wherever the address could have led before.
 */
function looserPins(pair: Pair): readonly LooserField[] {
  const { newer, older } = pair;
  const found: LooserField[] = [];
  if (!mayDial(older, newer.address)) found.push({ name: "address", candidates: changes(pair, [{}]) });
  else if (takesPlain(newer) && !takesPlain(older))
    found.push({ name: "address", candidates: changes(pair, [{ scheme: "http", authority: null }]) });
  const known = older.ca === null ? null : certificateSet(older.ca);
  const added = certificateSet(newer.ca).filter((one) => known === null || !known.includes(one));
  if (newer.opaque === null && (added.length > 0 || (newer.ca === null && known !== null))) {
    const authorities = newer.ca === null ? [null] : added;
    const candidates = changes(
      pair,
      authorities.map((authority) => ({ authority })),
    );
    found.push({ name: "ca", candidates });
  }
  return found;
}

/** Whether a call by plain HTTP is one to this node. */
function takesPlain({ opaque, address }: EffectiveEndpoint): boolean {
  return opaque === null && address !== null && addressClass(address) === "loopback";
}

/** What nobody inspects. */
function looserOpaque({ newer, older, ...pair }: Pair): readonly LooserField[] {
  const [now, before] = [newer.opaque, older.opaque];
  if (now === null || before === null) return [];
  const all = { newer, older, ...pair };
  const rank = (label: string) => pair.comparison.a.privacy.ladder.indexOf(label);
  const found: LooserField[] = [];
  if (rank(now.max_label) > rank(before.max_label)) {
    found.push({ name: "opaque.max_label", candidates: changes(all, [{ label: now.max_label }]) });
  }
  for (const cap of ["bytes_out", "bytes_in"] as const) {
    if (now[cap] <= before[cap]) continue;
    found.push({ name: `opaque.${cap}`, candidates: changes(all, [{ [cap]: before[cap] + 1 }]) });
  }
  return found;
}

/** What is inspected: methods, paths, types of bodies. */
function looserRequests(pair: Pair): readonly LooserField[] {
  const { newer, older } = pair;
  const found: LooserField[] = [];
  const methods = newer.methods.filter((method) => !older.methods.includes(method));
  if (methods.length > 0)
    found.push({
      name: "methods",
      candidates: changes(
        pair,
        methods.map((method) => ({ method })),
      ),
    });
  const paths = newer.paths.filter((path) => !older.paths.some((prefix) => matchesPathPrefix(prefix, path)));
  if (paths.length > 0)
    found.push({
      name: "paths",
      candidates: changes(
        pair,
        paths.map((path) => ({ path })),
      ),
    });
  const { content_types } = older;
  if (content_types === null) return found;
  // A type that no list has stands for all others.
  const types = (newer.content_types ?? [UNNAMED_TYPE]).filter((type) => !content_types.includes(type));
  if (types.length > 0) {
    const candidates = changes(
      pair,
      types.map((content_type) => ({ content_type })),
    );
    found.push({ name: "content_types", candidates });
  }
  return found;
}

/**
 * A higher cap is looser. So is a first cap on the bytes to what is not owned: a capped endpoint scores higher, so that a
 * call which the score refused may pass.
 */
function looserCaps(pair: Pair): readonly LooserField[] {
  const { newer, older, comparison } = pair;
  const found: LooserField[] = [];
  if (isHigher(newer.requests_per_task_max, older.requests_per_task_max)) {
    const requests = (older.requests_per_task_max ?? 0) + 1;
    found.push({ name: "requests_per_task_max", candidates: changes(pair, [{ requests }]) });
  }
  if (isHigher(newer.bytes_in_per_task_max, older.bytes_in_per_task_max)) {
    const bytes_in = (older.bytes_in_per_task_max ?? 0) + 1;
    found.push({ name: "bytes_in_per_task_max", candidates: changes(pair, [{ bytes_in }]) });
  }
  const scored = newer.opaque === null && newer.control !== "owned" && comparison.a.sovereignty.score_min > 0;
  const first = older.bytes_out_per_task_max === null && newer.bytes_out_per_task_max !== null;
  if (isHigher(newer.bytes_out_per_task_max, older.bytes_out_per_task_max)) {
    const bytes_out = (older.bytes_out_per_task_max ?? 0) + 1;
    found.push({ name: "bytes_out_per_task_max", candidates: changes(pair, [{ bytes_out }]) });
  } else if (first && scored) {
    found.push({ name: "bytes_out_per_task_max", candidates: [] });
  }
  return found;
}

function isHigher(cap: number | null, than: number | null): boolean {
  return than !== null && (cap === null || cap > than);
}

/**
 * Two directions: what may be asked for by name (an added capability is looser), and what a call that names nothing is
 * judged by (under `local_first`, a removed one is looser).
 */
function looserServes(pair: Pair): readonly LooserField[] {
  const { newer, older, comparison } = pair;
  const added = newer.serves.filter((capability) => !older.serves.includes(capability));
  const removed = older.serves_any.filter((capability) => !newer.serves_any.includes(capability));
  if (added.length === 0 && (removed.length === 0 || !comparison.a.sovereignty.local_first)) return [];
  return [{ name: "serves", candidates: served(pair, added) }];
}

function* served(pair: Pair, added: readonly string[]): Iterable<WitnessRequest> {
  yield* changes(
    pair,
    added.map((capability) => ({ for: [capability] })),
  );
  for (const request of pair.comparison.callersAt(pair.place)) {
    yield { ...request, node: { ...request.node, providers: "up" } };
  }
}

/** More sovereign: it no longer counts as uncontrolled, a rule no longer names its class, nobody inspects what goes there. */
function* controlled(pair: Pair): Iterable<WitnessRequest> {
  const { b, a } = pair.comparison;
  const declared = a.sovereignty.uncontrolled_calls_max + 1;
  yield* changes(pair, [{ declared, requests: declared }]);
  const { detectors } = a.privacy;
  if (detectors !== null) {
    yield* changes(
      pair,
      refusedFinds(detectors).map((found) => ({ found })),
    );
  }
  const untrusted = b.privacy.sources.filter(({ trust }) => trust === "untrusted").map(({ path }) => path);
  for (const request of pair.comparison.callersAt(pair.place)) {
    for (const label of [null, ...b.privacy.ladder]) {
      yield changeCall(request, { label });
      for (const path of untrusted) yield changeCall({ ...request, reads: [patternBase(path)] }, { label });
    }
  }
}

function* changes(pair: Pair, each: readonly Partial<WitnessCall>[]): Iterable<CallingRequest> {
  for (const change of each) yield* pair.comparison.callersAt(pair.place, change);
}
