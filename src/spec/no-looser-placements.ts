// Where model needs are placed. A need goes to the most sovereign endpoint that passes, so what is taken from one endpoint
// may send it to another, which admits what was refused: taking away is looser where that can be. Not what an endpoint
// allows by itself (no-looser-endpoints.ts).
import { CONTROL_ORDER, type EffectiveEndpoint } from "./effective-endpoint.ts";
import type { Place } from "./host-places.ts";
import { loweredSources } from "./no-looser-sources.ts";
import { type PlaceableEndpoint, placeableAt, placeableEndpoints } from "./placeable-endpoints.ts";
import type { Endpoint } from "./spec.ts";
import type { Looser } from "./witness.ts";
import type { Comparison } from "./witness-search.ts";

/**
 * The endpoints for which the newer spec may place a model need where the older one did not: a place that is new, and one
 * that was taken away or narrowed while another at least as far away still serves the same capability. Without a witness:
 * requests do not describe placements. An endpoint that alone serves a capability, or is the farthest that does, may be
 * narrowed freely.
 */
export function looserPlacements(comparison: Comparison): readonly Looser[] {
  const { b, a } = comparison;
  const rises = labelsMayRise(comparison);
  if (!rises && !comparison.moved.some((place) => mayMove(comparison, place))) return [];
  const asked = new Set(b.principals.flatMap((principal) => principal.may_need));
  const older = byCapability(placeableEndpoints(a.sovereignty.endpoints, comparison.indexed.a.endpoints));
  const newer = byCapability(placeableEndpoints(b.sovereignty.endpoints, comparison.indexed.b.endpoints));
  const fields = new Set<string>();
  for (const [capability, left] of newer) {
    if (!asked.has(capability)) continue;
    const had = older.get(capability) ?? NONE;
    for (const key of left.keys()) if (!had.has(key)) fields.add(fieldOf(key));
    for (const field of narrowed(comparison, { older: had, newer: left }, rises)) fields.add(field);
  }
  return [...fields].sort().map((field) => ({ field, request: null }));
}

/** Whether a place alone could be the cause: no need is placed there that was not, and all that was still may be. */
function mayMove({ indexed, a }: Comparison, { host, port }: Place): boolean {
  const newer = placeableAt(indexed.b.endpoints, host, port);
  const older = placeableAt(indexed.a.endpoints, host, port);
  if (newer === older) return false;
  if (newer === null || older === null || !sameWords(newer.serves, older.serves)) return true;
  return narrowedFields(newer, older, ({ clearance }) => a.privacy.ladder.indexOf(clearance)).length > 0;
}

function sameWords(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word) => other.includes(word));
}

/** By `host:port`, what holds there. */
type Places = ReadonlyMap<string, EffectiveEndpoint>;

const NONE: Places = new Map();

function byCapability(places: readonly PlaceableEndpoint[]): ReadonlyMap<string, Places> {
  const served = new Map<string, Map<string, EffectiveEndpoint>>();
  for (const { host, port, endpoint } of places) {
    for (const capability of endpoint.serves) {
      const known = served.get(capability) ?? new Map<string, EffectiveEndpoint>();
      served.set(capability, known.set(`${host}:${port}`, endpoint));
    }
  }
  return served;
}

interface Lists {
  readonly older: Places;
  readonly newer: Places;
}

/** The fields of what a need could have, and can no longer, with somewhere else to go that is not nearer. */
function narrowed(comparison: Comparison, { older, newer }: Lists, rises: boolean): readonly string[] {
  const { ladder } = comparison.a.privacy;
  const rank = ({ clearance }: Endpoint): number => ladder.indexOf(clearance);
  // How far away each place was; a new one is named by itself already.
  const distances = [...newer].map(([key, endpoint]) => distanceOf(older.get(key) ?? endpoint));
  const [farthest = -1, second = -1] = distances.toSorted((one, other) => other - one);
  const cleared = CONTROL_ORDER.map((_, distance) =>
    [...newer.values()].reduce(
      (highest, endpoint, at) =>
        (distances[at] ?? -1) >= distance ? Math.max(highest, rank(endpoint)) : highest,
      -1,
    ),
  );
  return [...older].flatMap(([key, before]) => {
    const left = newer.get(key);
    const distance = distanceOf(before);
    const elsewhere = left !== undefined && distance === farthest ? second : farthest;
    if (elsewhere < distance) return [];
    if (left === undefined) return [fieldOf(key)];
    const names = narrowedFields(left, before, rank);
    // A label that rises past this clearance goes on to an endpoint that is cleared for it.
    const outgrown = rises && (cleared[distance] ?? -1) > rank(left);
    if (outgrown && !names.includes("clearance")) names.push("clearance");
    return names.map((name) => `${fieldOf(key)}.${name}`);
  });
}

function narrowedFields(
  newer: EffectiveEndpoint,
  older: EffectiveEndpoint,
  rank: (endpoint: Endpoint) => number,
): (keyof Endpoint)[] {
  const fields: (keyof Endpoint)[] = [];
  if (distanceOf(newer) > distanceOf(older)) fields.push("control");
  if (rank(newer) < rank(older)) fields.push("clearance");
  for (const cap of ["requests_per_task_max", "bytes_out_per_task_max"] as const) {
    if ((newer[cap] ?? Infinity) < (older[cap] ?? Infinity)) fields.push(cap);
  }
  if ((newer.latency ?? Infinity) > (older.latency ?? Infinity)) fields.push("latency");
  return fields;
}

/** Whether something that a task reads may have a higher label than it had. */
function labelsMayRise({ b, a }: Comparison): boolean {
  const rank = (label: string): number => a.privacy.ladder.indexOf(label);
  if (rank(b.privacy.default_label) > rank(a.privacy.default_label)) return true;
  return loweredSources(a, b).some(({ labelled }) => !labelled);
}

function distanceOf({ control }: Endpoint): number {
  return CONTROL_ORDER.indexOf(control);
}

function fieldOf(key: string): string {
  return `sovereignty.endpoints[${key}]`;
}
