// The endpoints at which a model need can be placed, with what holds there. Not the choice among them (decide/).
import { isWildcard } from "../names/host-pattern.ts";
import type { EffectiveEndpoint, EndpointIndex } from "./effective-endpoint.ts";
import type { Endpoint } from "./spec.ts";

/** A host named in full, with what holds for it. */
export interface PlaceableEndpoint {
  readonly host: string;
  readonly port: number;
  readonly endpoint: EffectiveEndpoint;
}

/** Every host named in full that takes a POST somewhere and is not opaque, once each, in the order of `endpoints`; a wildcard names no host. */
export function placeableEndpoints(
  endpoints: readonly Endpoint[],
  index: EndpointIndex,
): readonly PlaceableEndpoint[] {
  const byPlace = new Map<string, PlaceableEndpoint>();
  for (const { host, port } of endpoints) {
    const endpoint = isWildcard(host) ? null : placeableAt(index, host, port);
    if (endpoint !== null) byPlace.set(`${host}:${port}`, { host, port, endpoint });
  }
  return [...byPlace.values()];
}

/** What holds for `host` and `port` if they are named in full and a model need can be placed there; null: none can. */
export function placeableAt(index: EndpointIndex, host: string, port: number): EffectiveEndpoint | null {
  const endpoint = index.names(host, port) ? index.lookup(host, port) : null;
  if (endpoint === null || endpoint.opaque !== null || endpoint.paths.length === 0) return null;
  return endpoint.methods.includes("POST") ? endpoint : null;
}
