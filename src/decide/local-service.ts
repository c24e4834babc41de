// What a verified local provider serves now. Loopback proves nothing: only providers that facts/ saw unable to reach the
// network count, and of their models only those that are not forwarded elsewhere.
import type { CompiledSpec, Server } from "./compile-spec.ts";
import type { Facts, ModelFact } from "./facts.ts";

/** Memory as a decision sees it, bytes. */
export interface MemoryRoom {
  /** All that the node has. */
  readonly total: number;
  /** What all holds together may have: `committed_max` of the node's memory without `host_reserve`. */
  readonly capacity: number;
  /** What live holds have. */
  readonly held: number;
  /** What the node has free, less what live holds were promised and do not use yet. */
  readonly available: number;
  /** What live holds were promised and do not use yet. */
  readonly promised: number;
}

/**
 * A model that serves a capability on this node: `now`, or `later`, once memory is free again, the spec gives it more, or
 * its size is known.
 */
export interface LocalService {
  readonly when: "now" | "later";
  /** Whether the node's free memory has it, whatever the spec's limits; only for choosing among services. */
  readonly free: boolean;
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

/**
 * The room for memory under the spec's limits and the facts' holds. What is free now is partly promised: a task that was
 * just admitted uses nothing yet, and two that look at the same free memory would both be let in. So the part of each
 * hold that is not used yet is taken off. Without `used` that is all of it: once such a task does use its memory it counts
 * twice, which makes others wait and never lets in too many; two tasks of half the free memory each still run side by side.
 */
export function memoryRoom(compiled: CompiledSpec, facts: Facts): MemoryRoom {
  const { committed_max, host_reserve } = compiled.spec.resources.memory;
  let held = 0;
  let promised = 0;
  for (const { memory, used = 0 } of facts.sums.holds) {
    held += memory;
    promised += Math.max(0, memory - used);
  }
  return {
    total: facts.node.memory_total,
    capacity: basisPointsOf(Math.max(0, facts.node.memory_total - host_reserve), committed_max),
    held,
    promised,
    available: Math.max(0, facts.node.memory_available - promised),
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
      if (when !== null) services.push({ when, free: isFree(model, room), provider, model });
    }
  }
  return services;
}

/** Of all that meet `demand`, one that serves it now before one that waits, then as `bySize`; null: none. */
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

function byConvenience(one: LocalService, other: LocalService): number {
  if (one.when !== other.when) return one.when === "now" ? -1 : 1;
  return bySize(one, other);
}

/** Loaded before not, then the smallest, then by name: an order that no list's order enters. */
export function bySize(one: LocalService, other: LocalService): number {
  if (one.model.loaded !== other.model.loaded) return one.model.loaded ? -1 : 1;
  const larger = (one.model.memory ?? 0) - (other.model.memory ?? 0);
  if (larger !== 0) return larger;
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

/** Whether a model need may be placed on it: its memory is counted, so its size must be known unless it is loaded. */
export function isPlaceable({ model }: LocalService): boolean {
  return model.loaded || model.memory !== null;
}

/**
 * Whether the model's memory is there: it is loaded or fits `now`, or it fits this node but must wait (`later`), for
 * memory, for the spec's limits, or for its size to be known. Only what the whole node could never hold is none.
 * INVARIANT: no hold, no shortage and no limit of the spec makes a local model cease to count, else filling the memory
 * would buy a way out, and a spec that is tighter about memory would let out what `local_first` kept here.
 */
function fits(model: ModelFact, room: MemoryRoom): "now" | "later" | null {
  const { loaded, memory } = model;
  if (loaded) return "now";
  if (memory === null) return "later";
  if (memory > room.total) return null;
  return isFree(model, room) && memory + room.held <= room.capacity ? "now" : "later";
}

function isFree({ loaded, memory }: ModelFact, room: MemoryRoom): boolean {
  return loaded || (memory !== null && memory <= room.available);
}

/** `share` basis points of `whole`, rounded down, without leaving the safe integers. */
function basisPointsOf(whole: number, share: number): number {
  return Math.floor(whole / 10_000) * share + Math.floor(((whole % 10_000) * share) / 10_000);
}
