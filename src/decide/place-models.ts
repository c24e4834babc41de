// Places each model need: on this node if a verified provider serves it, else at the most sovereign endpoint that passes.
// Sovereignty comes before preference, and nothing that a caller wishes buys a worse placement.
import type { ModelNeed, Task } from "../task/task.ts";
import type { CompiledSpec, PlacementTarget } from "./compile-spec.ts";
import type { Facts } from "./facts.ts";
import { bySize, isPlaceable, type LocalService, localServices, type MemoryRoom } from "./local-service.ts";
import { dataRank, type OutwardNeed, outwardModel } from "./outward-needs.ts";

/** Where one model need goes. */
export type ModelPlacement =
  | { readonly kind: "local"; readonly need: ModelNeed; readonly service: LocalService }
  | {
      readonly kind: "outward";
      readonly need: ModelNeed;
      readonly target: PlacementTarget;
      readonly outward: OutwardNeed;
    }
  /** Nowhere. It is scored as if it left for the worst place that serves it, if there is one. */
  | { readonly kind: "none"; readonly need: ModelNeed; readonly outward: OutwardNeed | null };

/** What placing looks at beside the task. */
export interface PlacementGround {
  readonly compiled: CompiledSpec;
  readonly facts: Facts;
  readonly room: MemoryRoom;
  /** Rank of the task's label. */
  readonly rank: number;
}

/** One placement for each model need, in order. Each is placed by itself: what other needs ask moves none. */
export function placeModels(ground: PlacementGround, task: Task): readonly ModelPlacement[] {
  return task.needs.models.map((need, index) => placeModel(ground, task, need, index));
}

function placeModel(ground: PlacementGround, task: Task, need: ModelNeed, index: number): ModelPlacement {
  const services = localServices(ground.compiled, ground.facts, ground.room, need).filter(isPlaceable);
  if (services.length > 0) {
    return { kind: "local", need, service: chosen(services, (one, other) => byService(task, one, other)) };
  }
  const targets = ground.compiled.targets.get(need.capability) ?? [];
  const target = bestTarget(ground, task, need, targets);
  if (target !== null) {
    return {
      kind: "outward",
      need,
      target,
      outward: outwardModel(ground.compiled, need, target, { needs: task.needs, index, rank: ground.rank }),
    };
  }
  const worst = targets.at(-1);
  if (worst === undefined) return { kind: "none", need, outward: null };
  const outward = outwardModel(ground.compiled, need, worst, { needs: task.needs, index, rank: ground.rank });
  return { kind: "none", need, outward: { ...outward, capped: false } };
}

/** Whether a model need may be sent to `target` as far as its label and its own bounds go. */
export function passesTarget(ground: PlacementGround, need: ModelNeed, target: PlacementTarget): boolean {
  const { requests_per_task_max, bytes_out_per_task_max } = target.endpoint;
  if (dataRank(ground.compiled, need.data, ground.rank) > target.clearanceRank) return false;
  if (requests_per_task_max !== null && need.calls_max > requests_per_task_max) return false;
  const bytes = need.bytes_out_max ?? ground.compiled.spec.defaults.bytes_out;
  return bytes_out_per_task_max === null || bytes === null || bytes <= bytes_out_per_task_max;
}

function bestTarget(
  ground: PlacementGround,
  task: Task,
  need: ModelNeed,
  targets: readonly PlacementTarget[],
): PlacementTarget | null {
  const ordinary = task.requires.latency === null && task.prefer.latency === null;
  let best: PlacementTarget | null = null;
  for (const target of targets) {
    // INVARIANT: targets are sorted by standing, so the first that passes fixes it, before any wish is looked at.
    if (best !== null && target.standing !== best.standing) break;
    if (!passesTarget(ground, need, target)) continue;
    if (ordinary) return target;
    if (best === null || byLatency(task, target.endpoint.latency, best.endpoint.latency) < 0) best = target;
  }
  return best;
}

/**
 * INVARIANT: no limit of the spec enters, so that a tighter one never moves a need to a model that asks less of the node:
 * by free memory, not by what the spec gives of it.
 */
function byService(task: Task, one: LocalService, other: LocalService): number {
  const byRequirement =
    meetsRequired(task, other.provider.latency) - meetsRequired(task, one.provider.latency);
  if (byRequirement !== 0) return byRequirement;
  if (one.free !== other.free) return one.free ? -1 : 1;
  return byPreference(task, one.provider.latency, other.provider.latency) || bySize(one, other);
}

function byLatency(task: Task, one: number | null, other: number | null): number {
  return meetsRequired(task, other) - meetsRequired(task, one) || byPreference(task, one, other);
}

/** An unknown latency meets no wish. */
function meetsRequired(task: Task, latency: number | null): 0 | 1 {
  if (task.requires.latency === null) return 1;
  return latency !== null && latency <= task.requires.latency ? 1 : 0;
}

/** The faster one when a latency is preferred; what is within the preference is as good as any other within it. */
function byPreference(task: Task, one: number | null, other: number | null): number {
  const { latency: wish } = task.prefer;
  if (wish === null) return 0;
  const distance = (latency: number | null): number =>
    latency === null ? Number.MAX_SAFE_INTEGER : Math.max(0, latency - wish);
  return distance(one) - distance(other);
}

function chosen<T>(items: readonly [T, ...T[]] | readonly T[], compare: (one: T, other: T) => number): T {
  return items.reduce((best, item) => (compare(item, best) < 0 ? item : best));
}
