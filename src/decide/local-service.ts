// What a verified local provider serves now. Loopback proves nothing: only providers that facts/ saw unable to reach the
// network count, and of their models only those that are not forwarded elsewhere.
import type { CompiledSpec, Server } from "./compile-spec.ts";
import type { Facts, ModelFact } from "./facts.ts";

/** Memory as a decision sees it, bytes. */
export interface MemoryRoom {
  /** What all holds together may have: `committed_max` of the node's memory without `host_reserve`. */
  readonly capacity: number;
  /** What live holds have. */
  readonly held: number;
  readonly available: number;
}

/** A model that serves a capability on this node: `now`, or once memory is free again (`later`). */
export interface LocalService {
  readonly when: "now" | "later";
  readonly provider: Server;
  readonly model: ModelFact;
}

export interface LocalDemand {
  readonly capability: string;
  /** Tokens; 0: any. */
  readonly context: number;
  /** One model by name; null: any. */
  readonly model: string | null;
}

/** The room for memory under the spec's limits and the facts' holds. */
export function memoryRoom(compiled: CompiledSpec, facts: Facts): MemoryRoom {
  const { committed_max, host_reserve } = compiled.spec.resources.memory;
  let held = 0;
  for (const hold of facts.sums.holds) held += hold.memory;
  return {
    capacity: basisPointsOf(Math.max(0, facts.node.memory_total - host_reserve), committed_max),
    held,
    available: facts.node.memory_available,
  };
}

/** Every model on this node that meets `demand`, in the facts' order. */
export function localServices(
  compiled: CompiledSpec,
  facts: Facts,
  room: MemoryRoom,
  demand: LocalDemand,
): readonly LocalService[] {
  const services: LocalService[] = [];
  for (const found of facts.providers) {
    if (found.state !== "up" || found.control !== "node") continue;
    const provider = compiled.providers.get(found.name);
    if (provider === undefined || !provider.serves.includes(demand.capability)) continue;
    for (const model of found.models) {
      const when = meets(model, demand) ? fits(model, room) : null;
      if (when !== null) services.push({ when, provider, model });
    }
  }
  return services;
}

/** Of all that meet `demand`, one that serves it now before one that waits, then as `byConvenience`; null: none. */
export function bestLocalService(
  compiled: CompiledSpec,
  facts: Facts,
  room: MemoryRoom,
  demand: LocalDemand,
): LocalService | null {
  let best: LocalService | null = null;
  for (const service of localServices(compiled, facts, room, demand)) {
    if (best === null || byConvenience(service, best) < 0) best = service;
  }
  return best;
}

/** Now before later, loaded before not, then the smallest, then by name: an order that no list's order enters. */
export function byConvenience(one: LocalService, other: LocalService): number {
  if (one.when !== other.when) return one.when === "now" ? -1 : 1;
  if (one.model.loaded !== other.model.loaded) return one.model.loaded ? -1 : 1;
  const bySize = (one.model.memory ?? 0) - (other.model.memory ?? 0);
  if (bySize !== 0) return bySize;
  if (one.provider.name !== other.provider.name) return one.provider.name < other.provider.name ? -1 : 1;
  if (one.model.name === other.model.name) return 0;
  return one.model.name < other.model.name ? -1 : 1;
}

function meets(model: ModelFact, demand: LocalDemand): boolean {
  if (model.remote || (demand.model !== null && demand.model !== model.name)) return false;
  // A server that does not say its context is taken at the operator's word that it serves: to take it otherwise would
  // send the work outward.
  return model.context_max === null || demand.context <= model.context_max;
}

/**
 * Whether the model's memory is there: it is loaded or fits `now`, or it fits this node but must wait (`later`). A size
 * that is not said never fits. INVARIANT: no hold and no shortage makes a local model cease to count, else filling the
 * memory would buy a way out.
 */
function fits(
  { loaded, memory }: ModelFact,
  { available, held, capacity }: MemoryRoom,
): "now" | "later" | null {
  if (loaded) return "now";
  if (memory === null || memory > capacity) return null;
  return memory <= available && memory + held <= capacity ? "now" : "later";
}

/** `share` basis points of `whole`, rounded down, without leaving the safe integers. */
function basisPointsOf(whole: number, share: number): number {
  return Math.floor(whole / 10_000) * share + Math.floor(((whole % 10_000) * share) / 10_000);
}
