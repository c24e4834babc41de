// Counts what another spec changes in recorded decisions and keeps the worst, equal tasks together, in memory that does not
// grow with the ledger.
import type { Compared } from "./replay.ts";
import {
  byWorst,
  CHANGE_KINDS,
  type ChangeKind,
  type OutcomeChange,
  outcomeChange,
} from "./replay-change.ts";

/** Groups kept while counting; past it the least bad half is only counted. */
const GROUPS_MAX = 4096;

/** One task that the other spec decides otherwise, as often as it was decided. */
export interface ChangedTask extends OutcomeChange {
  /** Decisions on this task that change in this way; `sequence` is the latest. */
  readonly times: number;
}

/** What the other spec would have decided. */
export interface AgainstSpec {
  readonly spec_hash: string;
  readonly alike: number;
  /** Erased, or not to be decided by this build under that spec. */
  readonly unknown: number;
  readonly changes: Readonly<Record<ChangeKind, number>>;
  /** Worst first. */
  readonly worst: readonly ChangedTask[];
  /** Changes that `worst` leaves out. */
  readonly left_out: number;
}

export class ChangeTally {
  readonly #spec_hash: string;
  readonly #changes: Record<ChangeKind, number> = {
    let_through: 0,
    stopped: 0,
    other_no: 0,
    other_grants: 0,
  };
  #groups = new Map<string, ChangedTask>();
  #unknown = 0;
  #decisions = 0;

  /** `spec_hash`: of the other spec. */
  constructor(spec_hash: string) {
    this.#spec_hash = spec_hash;
  }

  /** So many were compared. */
  get decisions(): number {
    return this.#decisions;
  }

  add(compared: Compared): void {
    this.#decisions += 1;
    if (compared.other === null || compared.recorded === null) {
      this.#unknown += 1;
      return;
    }
    const change = outcomeChange(compared);
    if (change === null) return;
    this.#changes[change.kind] += 1;
    const key = `${change.kind} ${change.recorded} ${change.other} ${change.task_digest}`;
    const times = (this.#groups.get(key)?.times ?? 0) + 1;
    this.#groups.set(key, { ...change, times });
    if (this.#groups.size > GROUPS_MAX) this.#forgetLeastBad();
  }

  /** What it came to, with at most `worst_max` changed tasks. */
  report(worst_max: number): AgainstSpec {
    const changed = CHANGE_KINDS.reduce((sum, kind) => sum + this.#changes[kind], 0);
    const worst = [...this.#groups.values()].sort(byWorst).slice(0, worst_max);
    const shown = worst.reduce((sum, { times }) => sum + times, 0);
    return {
      spec_hash: this.#spec_hash,
      alike: this.#decisions - this.#unknown - changed,
      unknown: this.#unknown,
      changes: { ...this.#changes },
      worst,
      left_out: changed - shown,
    };
  }

  #forgetLeastBad(): void {
    const kept = [...this.#groups].sort(([, one], [, two]) => byWorst(one, two)).slice(0, GROUPS_MAX / 2);
    this.#groups = new Map(kept);
  }
}
