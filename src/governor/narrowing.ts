// How far the node is narrowed below its spec, at once: offline (nothing leaves) or halted (nothing runs). A projection of the
// ledger that also ends what runs; it only ever takes away, and lasts until it is lifted. Who narrows is narrowings.ts.
import type { Grants } from "../decide/decision.ts";
import type { NarrowedFact, NarrowingStep } from "../decide/facts.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { assert } from "../stdx/assert.ts";

/** A task that runs, as far as narrowing ends it. */
export interface NarrowedTask {
  readonly grants: Pick<Grants, "calls" | "opaque">;
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>;
  stop(cause: NarrowingStep): void;
}

/** Narrowest first. */
const STEPS: readonly NarrowingStep[] = ["halted", "offline"];

/** What forbids tasks, and ends those that come to be forbidden. */
export interface Forbidding {
  forbids(grants: NarrowedTask["grants"]): NarrowingStep | null;
  watch(task: NarrowedTask): () => void;
}

export class Narrowing implements Forbidding {
  /** The records of each step in force, oldest first. */
  readonly #records = new Map<NarrowingStep, readonly number[]>();
  /** Steps that forbid a start: those in force, and those whose record is on its way. */
  readonly #taken = new Set<NarrowingStep>();
  readonly #tasks = new Set<NarrowedTask>();

  /** The narrowest step that has its record; null: none. */
  get fact(): NarrowedFact | null {
    for (const step of STEPS) {
      const record = this.record(step);
      if (record !== null) return { step, record };
    }
    return null;
  }

  /** The first record of `step`; null: it is not in force. */
  record(step: NarrowingStep): number | null {
    return this.#records.get(step)?.[0] ?? null;
  }

  /** Applies a durable record; of another kind than `narrowed` and `lifted` it changes nothing. Gives what it ended. */
  note({ kind, sequence, core }: Pick<LedgerRecord, "kind" | "sequence" | "core">): readonly NarrowedTask[] {
    if (kind !== "narrowed" && kind !== "lifted") return [];
    const step = stepOf(core["step"]);
    const records = this.#records.get(step) ?? [];
    if (kind === "narrowed") {
      this.#records.set(step, [...records, sequence]);
      return this.take(step);
    }
    const left = records.filter((record) => record !== core["narrowed"]);
    this.#records.set(step, left);
    if (left.length === 0) this.#taken.delete(step);
    return [];
  }

  /** From here on nothing starts that `step` forbids; ends what runs and is forbidden, and gives that. */
  take(step: NarrowingStep): NarrowedTask[] {
    this.#taken.add(step);
    const ending: NarrowedTask[] = [];
    for (const task of this.#tasks) {
      const cause = this.forbids(task.grants);
      if (cause === null) continue;
      this.#tasks.delete(task);
      ending.push(task);
      task.stop(cause);
    }
    return ending;
  }

  /** Why a task with these grants may not run now; null: it may. */
  forbids({ calls, opaque }: NarrowedTask["grants"]): NarrowingStep | null {
    if (this.#taken.has("halted")) return "halted";
    return this.#taken.has("offline") && calls.length + opaque.length > 0 ? "offline" : null;
  }

  /** Ends `task` when it comes to be forbidden, at once if it is. The function that is returned forgets it. */
  watch(task: NarrowedTask): () => void {
    const cause = this.forbids(task.grants);
    if (cause === null) this.#tasks.add(task);
    else task.stop(cause);
    return () => void this.#tasks.delete(task);
  }
}

/** Of a `narrowed` or `lifted` record. */
function stepOf(value: unknown): NarrowingStep {
  const step = STEPS.find((known) => known === value);
  assert(step !== undefined, "a narrowing names its step");
  return step;
}
