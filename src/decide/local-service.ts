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
  /** Bytes that live holds reserve for models, each counted once, by `modelKey`. */
  readonly models: ReadonlyMap<string, number>;
}

/** One model of one provider. */
export function modelKey(provider: string, model: string): string {
  return `${provider}\n${model}`;
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
 * A model that several holds reserve counts once; one that is loaded by now is missing from what is free already.
 */
export function memoryRoom(compiled: CompiledSpec, facts: Facts): MemoryRoom {
  const { committed_max, host_reserve } = compiled.spec.resources.memory;
  let held = 0;
  let promised = 0;
  for (const { memory, used = 0 } of facts.sums.holds) {
    held += memory;
    promised += Math.max(0, memory - used);
  }
  const { models, shared } = reservedModels(facts);
  held -= shared;
  promised = Math.max(0, promised - shared - loadedSince(facts, models));
  return {
    models,
    total: facts.node.memory_total,
    capacity: basisPointsOf(Math.max(0, facts.node.memory_total - host_reserve), committed_max),
    held,
    promised,
    available: Math.max(0, facts.node.memory_available - promised),
  };
}

/** The largest reservation of each model, and what the others of the same model come to. */
function reservedModels({ sums }: Facts): {
  readonly models: ReadonlyMap<string, number>;
  readonly shared: number;
} {
  const models = new Map<string, number>();
  let shared = 0;
  for (const { provider, model, memory } of sums.holds.flatMap((hold) => hold.models ?? [])) {
    const key = modelKey(provider, model);
    const before = models.get(key) ?? 0;
    shared += Math.min(before, memory);
    models.set(key, Math.max(before, memory));
  }
  return { models, shared };
}

/** Bytes reserved for models that are loaded by now. */
function loadedSince({ providers }: Facts, models: MemoryRoom["models"]): number {
  if (models.size === 0) return 0;
  let bytes = 0;
  for (const { name, models: found } of providers) {
    for (const model of found) if (model.loaded) bytes += models.get(modelKey(name, model.name)) ?? 0;
  }
  return bytes;
}

/** Bytes that a model still needs: none when it is loaded, else what no hold reserves for it; null: its size is unknown. */
export function modelNeeds(room: MemoryRoom, provider: string, model: ModelFact): number | null {
  if (model.loaded) return 0;
  if (model.memory === null) return null;
  return Math.max(0, model.memory - (room.models.get(modelKey(provider, model.name)) ?? 0));
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
      const needs = modelNeeds(room, found.name, model);
      const when = meets(model, demand) ? fits(model, needs, room) : null;
      if (when !== null) services.push({ when, free: isFree(needs, room), provider, model });
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
function fits(model: ModelFact, needs: number | null, room: MemoryRoom): "now" | "later" | null {
  if (model.loaded) return "now";
  if (needs === null || model.memory === null) return "later";
  if (model.memory > room.total) return null;
  return isFree(needs, room) && needs + room.held <= room.capacity ? "now" : "later";
}

function isFree(needs: number | null, room: MemoryRoom): boolean {
  return needs !== null && needs <= room.available;
}

/** `share` basis points of `whole`, rounded down, without leaving the safe integers. */
function basisPointsOf(whole: number, share: number): number {
  return Math.floor(whole / 10_000) * share + Math.floor(((whole % 10_000) * share) / 10_000);
}
