// The smallest set of wishes and rules that cannot hold together. Looks at every set of them, smallest first; there are
// at most eight, so that is at most 256 sets. Not the check that there is a conflict at all (check-requires.ts).
import { outwardSum } from "./check-budgets.ts";
import { RESIDENCY_RANK } from "./check-requires.ts";
import { controlRank } from "./compile-spec.ts";
import { isPlaceable, localServices } from "./local-service.ts";
import { outwardModel } from "./outward-needs.ts";
import { type PlacementGround, passesTarget } from "./place-models.ts";
import type { Situation } from "./situation.ts";

/** What a conflict can consist of: wishes first, as these are what the caller can change. */
export const CONFLICT_ELEMENTS = [
  "requires.residency",
  "requires.latency",
  "requires.bytes_out",
  "needs.calls",
  "sovereignty.placement",
  "sovereignty.local_first",
  "sovereignty.endpoints",
  "node.gate",
] as const;

export type ConflictElement = (typeof CONFLICT_ELEMENTS)[number];

/**
 * The first of the smallest sets, in the order of `CONFLICT_ELEMENTS`, that cannot hold together while each of its
 * proper subsets can, and that has a wish in it. Empty when all wishes can hold.
 */
export function smallestConflict(situation: Situation): readonly ConflictElement[] {
  const problem = problemOf(situation);
  const wishes = wishMask(situation);
  const impossible: number[] = [];
  for (const set of setsBySize(problem.present)) {
    if (impossible.some((smaller) => (smaller & set) === smaller) || isPossible(problem, set)) continue;
    if ((set & wishes) !== 0) return CONFLICT_ELEMENTS.filter((element) => (set & bit(element)) !== 0);
    impossible.push(set);
  }
  return [];
}

/** One way to place a model need. Ways that agree on everything here are one. */
interface Way {
  /** 0 this node, then owned, contracted, uncontrolled. */
  readonly control: number;
  /** As `PlacementTarget.standing`; 0 this node. */
  readonly standing: number;
  readonly quick: boolean;
  /** Bytes that leave; Infinity: undeclared. */
  readonly bytes: number;
  /** Whether the endpoint's clearance and caps let the need through. */
  readonly passes: boolean;
  readonly servedHere: boolean;
}

interface Problem {
  readonly present: number;
  /** For each model need that has any way, its ways. */
  readonly ways: readonly (readonly Way[])[];
  /** The standing that the spec's order picked for each of them. */
  readonly picked: readonly number[];
  readonly residency: number;
  readonly bytesMax: number;
  readonly calls: { readonly control: number; readonly bytes: number };
}

const BITS: ReadonlyMap<ConflictElement, number> = new Map(
  CONFLICT_ELEMENTS.map((element, at) => [element, 1 << at] as const),
);

function bit(element: ConflictElement): number {
  return BITS.get(element) ?? 0;
}

function wishMask({ task }: Situation): number {
  const { residency, latency, bytes_out } = task.requires;
  const one = residency === null ? 0 : bit("requires.residency");
  const two = latency === null ? 0 : bit("requires.latency");
  return one | two | (bytes_out === null ? 0 : bit("requires.bytes_out"));
}

function problemOf(situation: Situation): Problem {
  const { compiled, facts, room, reach, task, outward, placements } = situation;
  const ground: PlacementGround = { compiled, facts, room, rank: reach.rank };
  const ways: (readonly Way[])[] = [];
  const picked: number[] = [];
  placements.forEach((placement, index) => {
    if (placement.kind === "none") return;
    ways.push(waysOf(situation, ground, index));
    picked.push(placement.kind === "local" ? 0 : placement.target.standing);
  });
  const calls = outward.slice(0, task.needs.calls.length);
  const { residency, bytes_out } = task.requires;
  return {
    present: presentMask(situation),
    ways,
    picked,
    residency: residency === null ? 3 : RESIDENCY_RANK[residency],
    bytesMax: bytes_out ?? Infinity,
    calls: {
      control: calls.reduce((far, need) => Math.max(far, controlRank(need.control) + 1), 0),
      bytes: calls.some((need) => need.bytes === null) ? Infinity : outwardSum(calls).bytes_out,
    },
  };
}

function presentMask(situation: Situation): number {
  const { task, compiled, facts } = situation;
  let mask = wishMask(situation) | bit("sovereignty.placement") | bit("sovereignty.endpoints");
  if (task.needs.calls.length > 0) mask |= bit("needs.calls");
  if (compiled.spec.sovereignty.local_first) mask |= bit("sovereignty.local_first");
  if (facts.node.gate === "none") mask |= bit("node.gate");
  return mask;
}

function waysOf(situation: Situation, ground: PlacementGround, index: number): readonly Way[] {
  const { compiled, facts, room, task, reach } = situation;
  const need = task.needs.models[index];
  if (need === undefined) return [];
  const limit = task.requires.latency ?? Infinity;
  const quick = (latency: number | null): boolean =>
    latency === null ? limit === Infinity : latency <= limit;
  const ways = new Map<string, Way>();
  const add = (way: Way): void => void ways.set(JSON.stringify(way), way);
  for (const { provider } of localServices(compiled, facts, room, need).filter(isPlaceable)) {
    add({
      control: 0,
      standing: 0,
      quick: quick(provider.latency),
      bytes: 0,
      passes: true,
      servedHere: false,
    });
  }
  const servedHere = localServices(compiled, facts, room, { ...need, model: null }).length > 0;
  for (const target of compiled.targets.get(need.capability) ?? []) {
    add({
      control: controlRank(target.endpoint.control) + 1,
      standing: target.standing,
      quick: quick(target.endpoint.latency),
      bytes:
        outwardModel(compiled, need, target, { needs: task.needs, index, rank: reach.rank }).bytes ??
        Infinity,
      passes: passesTarget(ground, need, target),
      servedHere,
    });
  }
  return [...ways.values()];
}

function isPossible(problem: Problem, set: number): boolean {
  const { ways, picked, calls } = problem;
  const has = (element: ConflictElement): boolean => (set & bit(element)) !== 0;
  let bytes = has("needs.calls") ? calls.bytes : 0;
  if (has("needs.calls") && has("requires.residency") && calls.control > problem.residency) return false;
  for (const [at, all] of ways.entries()) {
    const left = all.filter((way) => allows(problem, set, way, picked[at] ?? 0));
    if (left.length === 0) return false;
    bytes += Math.min(...left.map((way) => way.bytes));
  }
  return !has("requires.bytes_out") || bytes <= problem.bytesMax;
}

function allows(problem: Problem, set: number, way: Way, picked: number): boolean {
  const has = (element: ConflictElement): boolean => (set & bit(element)) !== 0;
  if (has("requires.residency") && way.control > problem.residency) return false;
  if (has("requires.latency") && !way.quick) return false;
  if (has("sovereignty.placement") && way.standing !== picked) return false;
  if (has("sovereignty.endpoints") && !way.passes) return false;
  if (way.control === 0) return true;
  return !(has("sovereignty.local_first") && way.servedHere) && !has("node.gate");
}

/** Every non-empty subset of `present`, smallest first, then in the order of the elements. */
function setsBySize(present: number): readonly number[] {
  const sets: number[] = [];
  for (let set = present; set > 0; set = (set - 1) & present) sets.push(set);
  return sets.sort((one, other) => sizeOf(one) - sizeOf(other) || byElements(one, other));
}

function sizeOf(set: number): number {
  let size = 0;
  for (let rest = set; rest > 0; rest &= rest - 1) size += 1;
  return size;
}

/** The set with the earlier element where they first differ comes first. */
function byElements(one: number, other: number): number {
  const differing = one ^ other;
  return (one & differing & -differing) !== 0 ? -1 : 1;
}
