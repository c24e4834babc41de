// Counts what a replay gives, and what another spec would have changed (change-tally.ts), in memory that does not grow with
// the ledger.
import { type AgainstSpec, ChangeTally } from "./change-tally.ts";
import type { Replayed, ReplayVerdict } from "./replay.ts";

/** Decisions kept by number that do not replay. */
const DIFFERENT_MAX = 100;

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

export class ReplayTally {
  readonly #counts: Record<ReplayVerdict, number> = { same: 0, different: 0, other_code: 0, erased: 0 };
  readonly #named: Record<"different" | "other_code", number[]> = { different: [], other_code: [] };
  readonly #against: ChangeTally | null;

  /** `spec_hash`: of the other spec that the replay decides with; null: none. */
  constructor(spec_hash: string | null) {
    this.#against = spec_hash === null ? null : new ChangeTally(spec_hash);
  }

  add(replayed: Replayed): void {
    const { verdict, sequence } = replayed;
    this.#counts[verdict] += 1;
    if (verdict === "different" || verdict === "other_code") {
      const named = this.#named[verdict];
      if (named.length < DIFFERENT_MAX) named.push(sequence);
    }
    this.#against?.add(replayed);
  }

  /** The report, with at most `worst_max` changed tasks. */
  report(worst_max: number): ReplayReport {
    return {
      schema: "writ.replay/1",
      ok: this.#counts.different === 0,
      decisions: Object.values(this.#counts).reduce((sum, count) => sum + count, 0),
      counts: { ...this.#counts },
      different: [...this.#named.different],
      other_code: [...this.#named.other_code],
      against: this.#against?.report(worst_max) ?? null,
    };
  }
}
