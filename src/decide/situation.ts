// Everything that a decision is about, worked out once: label, placements, what leaves, what is asked. Judges nothing.
import type { Principal } from "../spec/spec.ts";
import type { Task } from "../task/task.ts";
import type { CompiledSpec } from "./compile-spec.ts";
import type { Facts } from "./facts.ts";
import { type LocalService, type MemoryRoom, memoryRoom, modelNeeds } from "./local-service.ts";
import { type OutwardNeed, outwardCall, tokensOf } from "./outward-needs.ts";
import { type ModelPlacement, placeModels } from "./place-models.ts";
import { sovereigntyScore } from "./sovereignty-score.ts";
import { type TaskReach, taskLabel } from "./task-label.ts";

/** A task under a spec with facts. */
export interface Situation {
  readonly compiled: CompiledSpec;
  readonly task: Task;
  readonly facts: Facts;
  /** null: the submitting uid is no principal's. */
  readonly principal: Principal | null;
  readonly reach: TaskReach;
  readonly label: string;
  readonly room: MemoryRoom;
  readonly placements: readonly ModelPlacement[];
  /** What leaves the node, declared calls first. */
  readonly outward: readonly OutwardNeed[];
  /** Model needs on this node whose tokens are counted. */
  readonly metered: readonly LocalTokens[];
  /** Model needs that found no place, as they would leave for the worst one: they count in the score alone. */
  readonly unplaced: readonly OutwardNeed[];
  readonly score: number;
  readonly ask: Ask;
}

/** Tokens of a model need on this node. */
export interface LocalTokens {
  /** The task field it comes from, `needs.models[0]`. */
  readonly field: string;
  /** null: undeclared. */
  readonly tokens: number | null;
}

/** What the task asks of the node: declared, or the spec's default; null: neither. */
export interface Ask {
  /** Bytes; at least what the task's class used. */
  readonly memory: number | null;
  /** Bytes of models that its placements load and no live hold reserves yet; shared by needs on the same model. */
  readonly models: number;
  /** Thousandths of a core. */
  readonly cpu: number | null;
  /** ms. */
  readonly time: number | null;
  readonly processes: number | null;
}

/** Works out the situation of `task`. */
export function situationOf(compiled: CompiledSpec, task: Task, facts: Facts): Situation {
  const reach = taskLabel(compiled, task, facts);
  const room = memoryRoom(compiled, facts);
  const placements = placeModels({ compiled, facts, room, rank: reach.rank }, task);
  const outward = task.needs.calls.map((call, index) =>
    outwardCall(compiled, call, { needs: task.needs, index, rank: reach.rank }),
  );
  const unplaced: OutwardNeed[] = [];
  for (const placement of placements) {
    if (placement.kind === "outward") outward.push(placement.outward);
    if (placement.kind === "none" && placement.outward !== null) unplaced.push(placement.outward);
  }
  const { defaults, privacy } = compiled.spec;
  return {
    compiled,
    task,
    facts,
    principal: facts.principal === null ? null : (compiled.principals.get(facts.principal) ?? null),
    reach,
    label: privacy.ladder[reach.rank] ?? privacy.default_label,
    room,
    placements,
    outward,
    metered: localTokens(compiled, task, placements),
    unplaced,
    score: sovereigntyScore(unplaced.length === 0 ? outward : [...outward, ...unplaced]),
    ask: {
      memory: flooredMemory(task.needs.memory ?? defaults.memory, facts),
      models: modelMemory(placements, room),
      cpu: task.needs.cpu ?? defaults.cpu,
      time: task.needs.time ?? defaults.time,
      processes: task.needs.processes ?? defaults.processes,
    },
  };
}

/**
 * What is asked, or what a task of this class was seen to use, if that is more: with less it would be ended at its grant, after it
 * had taken everybody's time. No other figure is raised: a time is a bound that people mean, and bytes out are only ever less. A
 * child asks out of its parent's hold, as it is.
 */
function flooredMemory(asked: number | null, facts: Facts): number | null {
  const used = facts.footprint?.memory?.max ?? 0;
  return asked === null || isChild({ facts }) ? asked : Math.max(asked, used);
}

/** A model here costs nothing: its tokens are counted where a budget bounds tokens, or the need declares them. */
function localTokens(
  compiled: CompiledSpec,
  { needs }: Task,
  placements: readonly ModelPlacement[],
): readonly LocalTokens[] {
  const budgeted = compiled.budgets.some(({ tokens }) => tokens !== null);
  return placements.flatMap(({ kind, need }, index) =>
    kind === "local" && (budgeted || need.tokens !== null)
      ? [{ field: `needs.models[${index}]`, tokens: tokensOf(compiled, need, needs) }]
      : [],
  );
}

/** Whether another task submits this one: what it has comes out of that one's hold. */
export function isChild({ facts }: Pick<Situation, "facts">): boolean {
  return facts.sums.ancestors.length > 0;
}

function modelMemory(placements: readonly ModelPlacement[], room: MemoryRoom): number {
  let memory = 0;
  for (const { provider, model } of placedModels(placements))
    memory += modelNeeds(room, provider.name, model) ?? 0;
  return memory;
}

/** The models here that needs were placed on, each once. */
export function placedModels(placements: readonly ModelPlacement[]): readonly LocalService[] {
  const placed = new Map<unknown, LocalService>();
  for (const placement of placements) {
    if (placement.kind === "local") placed.set(placement.service.model, placement.service);
  }
  return [...placed.values()];
}
