// Which cases share one opened place, and in which order they are fired there. Pure; opens nothing.
import { type Action, type Case, FAMILIES, type Step } from "./case.ts";

/** The least cases that share one opened place: opening one takes as long as firing a hundred. */
const BATCH_MIN = 40;
/** How far one batch may be over a lane's fair share before a place is opened twice for it. */
const BATCH_OVER = 1.25;

/**
 * Cases by place, a fresh one alone; a place that is far over a lane's share is opened again, and no other. Long batches first,
 * so that no lane ends far behind the others. In each, what acts in the live task comes first, so that it is started once and is
 * gone when others run; then ordinary work, which meets nothing that an attack left behind; then the families in their order.
 */
export function batchesOf(cases: readonly Case[], lanes: number): (readonly Case[])[] {
  const most = Math.max(BATCH_MIN, Math.ceil((BATCH_OVER * cases.length) / lanes));
  const made: Case[][] = [];
  const open = new Map<string, Case[]>();
  for (const one of cases.toSorted((left, right) => turnOf(left) - turnOf(right))) {
    const held = one.fresh ? undefined : open.get(one.place);
    if (held !== undefined && held.length < most) held.push(one);
    else {
      const batch = [one];
      made.push(batch);
      if (!one.fresh) open.set(one.place, batch);
    }
  }
  return made.toSorted((left, right) => right.length - left.length);
}

function turnOf(one: Case): number {
  const phase = actsInLiveTask(one) ? 0 : one.expected === "passed" ? 1 : 2;
  return phase * FAMILIES.length + FAMILIES.indexOf(one.family);
}

/** What is done in the live task of a place; everything else runs beside it, or without it. */
const LIVE: ReadonlySet<Action["kind"]> = new Set(["inside", "send", "bytes"]);

/** Whether a step of the case acts in its place's live task. */
export function actsInLiveTask({ steps }: Pick<Case, "steps">): boolean {
  return steps.some(isLive);
}

function isLive({ action }: Step): boolean {
  return action.kind === "together" ? action.lists.flat().some(isLive) : LIVE.has(action.kind);
}
