// Opens a place, fires the cases of one batch at it, one after the other, and closes it. The ledger is append-only: where cases
// ask that it verifies, it is verified once for all of them, when the last one has written to it.
import { actsInLiveTask } from "./batches.ts";
import type { Case, CaseResult } from "./case.ts";
import { lookAtLedger } from "./effects.ts";
import { openPlace, type Place, type PlaceOptions, taskInput } from "./place.ts";
import { runCase } from "./run-case.ts";

export interface BatchRun {
  readonly place: PlaceOptions;
  readonly signal: AbortSignal;
  /** Why nothing more is to be fired; null: go on. Asked before each case. */
  readonly unfit: () => string | null;
  /** Takes each result once. */
  readonly take: (result: CaseResult) => void;
}

/** Fires `batch`. Gives why it was ended early, or null. Rejects only for what is wrong with the runner itself. */
export async function runBatch(batch: readonly Case[], run: BatchRun): Promise<string | null> {
  let place: Place | string | null = null;
  const held: CaseResult[] = [];
  try {
    for (const one of batch) {
      const stopped = run.unfit();
      if (run.signal.aborted || stopped !== null) return stopped;
      place ??= await opened(run.place);
      if (typeof place === "string") {
        run.take(broken(one, place));
        continue;
      }
      if (one.machine.includes("groups") && !(await hasGroups(place))) {
        run.take({ ...broken(one, "no control groups hold tasks here"), outcome: "left_out" });
        continue;
      }
      if (!actsInLiveTask(one)) await place.rest();
      const result = await runCase(one, place, run.signal);
      const holds = result.outcome === one.expected;
      if (holds && one.effects.ledger === "verifies") held.push(result);
      else run.take(result);
      // What hung or broke may have left anything: the next case gets another place.
      if (result.outcome === "broken") {
        await release(held, place, run);
        await place.close();
        place = null;
      }
    }
    return null;
  } catch (error) {
    if (!run.signal.aborted) throw error;
    return null;
  } finally {
    if (typeof place === "object" && place !== null) {
      if (!run.signal.aborted) await release(held, place, run);
      await place.close();
    }
  }
}

/** Gives on what waited for the ledger: as it is where that verifies, else all of it as failed. */
async function release(held: CaseResult[], place: Place, { take }: BatchRun): Promise<void> {
  if (held.length === 0) return;
  const { problems, evidence } = await lookAtLedger(place, "verifies").catch((error: unknown) => ({
    problems: [`the ledger cannot be verified: ${messageOf(error)}`.slice(0, WHY_MAX)],
    evidence: [],
  }));
  for (const one of held.splice(0)) {
    if (problems.length === 0) take({ ...one, evidence: [...one.evidence, ...evidence] });
    else
      take({
        ...one,
        outcome: one.expected === "stopped" ? "through" : "refused",
        evidence: [...problems, ...one.evidence],
      });
  }
}

/** The place, or why there is none: then its cases are broken, and the others go on. */
async function opened(options: PlaceOptions): Promise<Place | string> {
  try {
    return await openPlace(options);
  } catch (error) {
    return `the place \`${options.file.name}\` cannot be opened: ${messageOf(error).slice(0, WHY_MAX)}`;
  }
}

/** Whether tasks of `place` are held by control groups: nobody who submits others is admitted without. */
async function hasGroups(place: Place): Promise<boolean> {
  const task = { task: "groups", run: { command: ["true"] }, needs: { submits: 1 } };
  const { decision } = await place.governor.check(taskInput(place, task));
  return !decision.findings.some(({ rule, passes }) => rule === "node.limits" && !passes);
}

function broken({ id, parent, family, expected }: Case, why: string): CaseResult {
  return { id, parent, family, expected, outcome: "broken", evidence: [why] };
}

/** UTF-16 units. */
const WHY_MAX = 600;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
