// Compiles a spec once, so that a decision looks up instead of searching. Holds no rule of its own: the rooms' checks do.
import { buildEndpointIndex, CONTROL_ORDER, type EndpointIndex } from "../spec/effective-endpoint.ts";
import { type PlaceableEndpoint, placeableEndpoints } from "../spec/placeable-endpoints.ts";
import type {
  Budget,
  BudgetScope,
  Control,
  Endpoint,
  Principal,
  Provider,
  SecretBinding,
  Spec,
} from "../spec/spec.ts";
import { assert } from "../stdx/assert.ts";
import { buildSourceTrie, type SourceTrie } from "./source-trie.ts";
import { callShare } from "./sovereignty-score.ts";

/** An endpoint at which a model need can be placed: a host named in full, with what holds for it. */
export interface PlacementTarget extends PlaceableEndpoint {
  readonly clearanceRank: number;
  /** How far from sovereign: the least that a need placed there takes from the score. */
  readonly standing: number;
}

/** A provider that a task can be given a connection to. */
export interface Server {
  readonly name: string;
  readonly kind: "ollama" | "openai";
  readonly url: string;
  readonly serves: readonly string[];
  /** ms; null: unknown. */
  readonly latency: number | null;
}

/** All budgets of one scope and window: the least of each amount. */
export interface BudgetGroup {
  readonly scope: BudgetScope;
  readonly window: number;
  readonly external_calls: number | null;
  readonly bytes_out: number | null;
  readonly tokens: number | null;
  readonly money: number | null;
}

export interface CompiledSpec {
  readonly spec: Spec;
  readonly spec_hash: string;
  /** Place of a label on the ladder; a label that is not on it has none. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly defaultRank: number;
  readonly principals: ReadonlyMap<string, Principal>;
  readonly endpoints: EndpointIndex;
  readonly secrets: ReadonlyMap<string, SecretBinding>;
  /** By `host:port`, the secrets that may go there: then only the gate authenticates there. */
  readonly credentialed: ReadonlyMap<string, readonly SecretBinding[]>;
  readonly sources: SourceTrie;
  /** Providers by name; a folder of model files is none, as nothing answers there. */
  readonly providers: ReadonlyMap<string, Server>;
  /** For each capability, where it may be placed: most sovereign first, then by host and port. */
  readonly targets: ReadonlyMap<string, readonly PlacementTarget[]>;
  readonly budgets: readonly BudgetGroup[];
  /** Capability words that the spec itself uses: these may be shown, others are a task's words. */
  readonly capabilities: ReadonlySet<string>;
}

/**
 * Everything a decision needs of `spec`, indexed. Throws `BrokenInvariant` when the default label is not on the ladder:
 * parsing lets no such spec through.
 *
 * @example const compiled = compileSpec(spec, specHash);
 */
export function compileSpec(spec: Spec, spec_hash: string): CompiledSpec {
  const ranks = new Map(spec.privacy.ladder.map((label, rank) => [label, rank] as const));
  const defaultRank = ranks.get(spec.privacy.default_label);
  assert(defaultRank !== undefined, "the default label is on the ladder");
  const endpoints = buildEndpointIndex(spec.sovereignty.endpoints, spec.privacy.ladder);
  // INVARIANT: a source whose label is not on the ladder counts as the most private.
  const sourceRank = (label: string): number => ranks.get(label) ?? spec.privacy.ladder.length - 1;
  return {
    spec,
    spec_hash,
    ranks,
    defaultRank,
    principals: new Map(spec.principals.map((principal) => [principal.name, principal] as const)),
    endpoints,
    secrets: new Map(spec.sovereignty.secrets.map((secret) => [secret.name, secret] as const)),
    credentialed: Map.groupBy(spec.sovereignty.secrets, ({ for: { host, port } }) => `${host}:${port}`),
    sources: buildSourceTrie(spec.privacy.sources, sourceRank),
    providers: serversOf(spec.sovereignty.providers),
    targets: placementTargets(spec, endpoints, ranks),
    budgets: groupBudgets(spec.resources.budgets),
    capabilities: capabilityWords(spec),
  };
}

/** 0 owned, 1 contracted, 2 uncontrolled. */
export function controlRank(control: Control): number {
  return CONTROL_ORDER.indexOf(control);
}

function serversOf(providers: readonly Provider[]): ReadonlyMap<string, Server> {
  const servers = new Map<string, Server>();
  for (const { name, kind, url, serves, latency } of providers) {
    if (kind !== "gguf" && url !== null) servers.set(name, { name, kind, url, serves, latency });
  }
  return servers;
}

function placementTargets(
  spec: Spec,
  index: EndpointIndex,
  ranks: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly PlacementTarget[]> {
  const places = placeableEndpoints(spec.sovereignty.endpoints, index).map((place) => ({
    ...place,
    clearanceRank: ranks.get(place.endpoint.clearance) ?? -1,
    standing: standingOf(place.endpoint),
  }));
  const targets = new Map<string, PlacementTarget[]>();
  for (const target of places.sort(bySovereignty)) {
    for (const capability of target.endpoint.serves) {
      const known = targets.get(capability);
      if (known === undefined) targets.set(capability, [target]);
      else if (!known.includes(target)) known.push(target);
    }
  }
  return targets;
}

/** The share of the score of its class and its cap, which are the same for every need. */
function standingOf({ control, bytes_out_per_task_max }: Endpoint): number {
  return callShare({
    control,
    capped: bytes_out_per_task_max !== null,
    opaque: false,
    requests: 1,
    bytes: 0,
    rank: 0,
  });
}

function bySovereignty(one: PlacementTarget, other: PlacementTarget): number {
  if (one.standing !== other.standing) return one.standing - other.standing;
  if (one.host !== other.host) return one.host < other.host ? -1 : 1;
  return one.port - other.port;
}

function groupBudgets(budgets: readonly Budget[]): readonly BudgetGroup[] {
  const groups = new Map<string, BudgetGroup>();
  for (const { scope, window, external_calls, bytes_out, tokens, money } of budgets) {
    const key = `${scope} ${window}`;
    const sofar = groups.get(key);
    groups.set(key, {
      scope,
      window,
      external_calls: least(sofar?.external_calls ?? null, external_calls),
      bytes_out: least(sofar?.bytes_out ?? null, bytes_out),
      tokens: least(sofar?.tokens ?? null, tokens),
      money: least(sofar?.money ?? null, money),
    });
  }
  return [...groups.values()];
}

function least(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : Math.min(one, other);
}

function capabilityWords(spec: Spec): ReadonlySet<string> {
  return new Set([
    ...spec.principals.flatMap((principal) => principal.may_need),
    ...spec.sovereignty.providers.flatMap((provider) => provider.serves),
    ...spec.sovereignty.endpoints.flatMap((endpoint) => endpoint.serves),
  ]);
}
