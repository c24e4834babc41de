// Counts what a replay gives and keeps the worst changes, equal tasks together, in memory that does not grow with the ledger.
import type { Replayed, ReplayVerdict } from "./replay.ts";
import {
  byWorst,
  CHANGE_KINDS,
  type ChangeKind,
  type OutcomeChange,
  outcomeChange,
} from "./replay-change.ts";

/** Groups kept while counting; past it the least bad half is only counted. */
const GROUPS_MAX = 4096;
/** Decisions kept by number that do not replay. */
const DIFFERENT_MAX = 100;

/** One task that the other spec decides otherwise, as often as it was decided. */
export interface ChangedTask extends OutcomeChange {
  /** Decisions on this task that change in this way; `sequence` is the latest. */
  readonly times: number;
}

export interface ReplayReport {
  readonly schema: "writ.replay/1";
  /** Nothing was decided `different`ly. */
  readonly ok: boolean;
  readonly decisions: number;
  readonly counts: Readonly<Record<ReplayVerdict, number>>;
  /** The first that are `different`, by record, at most 100. */
  readonly different: readonly number[];
  /** The first that are `other_code`, by record, at most 100. */
  readonly other_code: readonly number[];
  /** Null: no other spec was given. */
  readonly against: AgainstSpec | null;
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

export class ReplayTally {
  readonly #spec_hash: string | null;
  readonly #counts: Record<ReplayVerdict, number> = { same: 0, different: 0, other_code: 0, erased: 0 };
  readonly #changes: Record<ChangeKind, number> = {
    let_through: 0,
    stopped: 0,
    other_no: 0,
    other_grants: 0,
  };
  readonly #named: Record<"different" | "other_code", number[]> = { different: [], other_code: [] };
  #groups = new Map<string, ChangedTask>();
  #unknown = 0;

  /** `spec_hash`: of the other spec that the replay decides with; null: none. */
  constructor(spec_hash: string | null) {
    this.#spec_hash = spec_hash;
  }

  get decisions(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  add(replayed: Replayed): void {
    const { verdict, sequence } = replayed;
    this.#counts[verdict] += 1;
    if (verdict === "different" || verdict === "other_code") {
      const named = this.#named[verdict];
      if (named.length < DIFFERENT_MAX) named.push(sequence);
    }
    if (this.#spec_hash !== null) this.#compare(replayed);
  }

  /** The report, with at most `worst_max` changed tasks. */
  report(worst_max: number): ReplayReport {
    return {
      schema: "writ.replay/1",
      ok: this.#counts.different === 0,
      decisions: this.decisions,
      counts: { ...this.#counts },
      different: [...this.#named.different],
      other_code: [...this.#named.other_code],
      against: this.#spec_hash === null ? null : this.#against(this.#spec_hash, worst_max),
    };
  }

  #compare(replayed: Replayed): void {
    if (replayed.other === null || replayed.recorded === null) {
      this.#unknown += 1;
      return;
    }
    const change = outcomeChange(replayed);
    if (change === null) return;
    this.#changes[change.kind] += 1;
    const key = `${change.kind} ${change.recorded} ${change.other} ${change.task_digest}`;
    const times = (this.#groups.get(key)?.times ?? 0) + 1;
    this.#groups.set(key, { ...change, times });
    if (this.#groups.size > GROUPS_MAX) this.#forgetLeastBad();
  }

  #forgetLeastBad(): void {
    const kept = [...this.#groups].sort(([, one], [, two]) => byWorst(one, two)).slice(0, GROUPS_MAX / 2);
    this.#groups = new Map(kept);
  }

  #against(spec_hash: string, worst_max: number): AgainstSpec {
    const changed = CHANGE_KINDS.reduce((sum, kind) => sum + this.#changes[kind], 0);
    const worst = [...this.#groups.values()].sort(byWorst).slice(0, worst_max);
    const shown = worst.reduce((sum, { times }) => sum + times, 0);
    return {
      spec_hash,
      alike: this.decisions - this.#unknown - changed,
      unknown: this.#unknown,
      changes: { ...this.#changes },
      worst,
      left_out: changed - shown,
    };
  }
}
