// What the ledger's records say of probes: the epoch of the schedule, the alarms of checks that stand, and what they narrowed. A
// projection, rebuilt at each start. It says what is to be raised and what is to be lifted; prober.ts does it.
import type { NarrowingStep } from "../../decide/facts.ts";
import type { LedgerRecord } from "../../ledger/record.ts";
import type { JsonObject } from "../../stdx/json.ts";
import type { ProbeCheck, ProbeVerdict } from "./probe.ts";

/**
 * What was found of a check. `blind`: a known bad one went through. `refuses`, `slow`: a known good one did not pass. `untested`: it
 * could not be tested for a while.
 */
export type CheckFinding = "blind" | "refuses" | "slow" | "untested";

export interface CheckAlarm {
  readonly check: ProbeCheck;
  readonly found: CheckFinding;
}

/** An alarm in force. */
export interface StandingAlarm extends CheckAlarm {
  readonly record: number;
  /** The record of the narrowing that came of it; null: none, or not yet. */
  narrowed: number | null;
  /** Right answers of the check since it was last wrong, and the ledger time of that. */
  clean: number;
  wrongAt: number;
  /** Whether a whole self-test was right since. */
  tested: boolean;
}

/** What an alarm narrows. What refuses or is slow narrows nothing: a cage is never a reason for a smaller one. */
export function stepOf({ check, found }: CheckAlarm): NarrowingStep | null {
  if (found !== "blind") return null;
  return check === "decision" ? "halted" : "offline";
}

/** Right answers after which a check that misses one of ten is found at 95 %: 1 − 0.9^29. */
export const CLEAN_RUN = 29;
/** ms of ledger time. */
export const RELEASE_MIN: number = 24 * 60 * 60 * 1000;
/** Self-tests in a row without any answer of a check. */
const UNTESTED_MAX = 3;

const CHECKS: readonly ProbeCheck[] = ["decision", "gate", "scan"];

export class ProbeBook {
  readonly #standing = new Map<string, StandingAlarm>();
  readonly #untested = new Map<ProbeCheck, number>();
  #epoch = 0;

  /** The last epoch of the schedule; 0: there was none. */
  get epoch(): number {
    return this.#epoch;
  }

  get standing(): readonly StandingAlarm[] {
    return [...this.#standing.values()];
  }

  /** Takes the next durable record. Records of another build are data: what is not understood changes nothing. */
  note({ kind, sequence, time, core }: Pick<LedgerRecord, "kind" | "sequence" | "time" | "core">): void {
    if (kind === "probe" && core["step"] === "epoch") this.#epoch = Number(core["epoch"]) || this.#epoch;
    if (kind === "probe" && core["step"] === "verdicts") this.#tested(core, time);
    if (kind === "alarm" && typeof core["check"] === "string") {
      const { check, found } = core as unknown as CheckAlarm;
      this.#standing.set(keyOf({ check, found }), {
        check,
        found,
        record: sequence,
        narrowed: null,
        clean: 0,
        wrongAt: time,
        tested: false,
      });
    }
    if (kind === "narrowed") this.#narrowed(core["alarm"], sequence);
    if (kind === "lifted") this.#lifted(core["alarm"]);
  }

  /** The alarms that `verdicts` give beyond those that stand. Asked before their record is noted. */
  raisedBy(verdicts: readonly ProbeVerdict[], isSelfTest: boolean): readonly CheckAlarm[] {
    const raised = CHECKS.flatMap((check): readonly CheckAlarm[] => {
      const own = verdicts.filter((verdict) => verdict.check === check);
      const found = new Set(own.flatMap(findingOf));
      const silent = isSelfTest && own.every(({ outcome }) => outcome === "unclear");
      if (silent && (this.#untested.get(check) ?? 0) + 1 >= UNTESTED_MAX) found.add("untested");
      return [...found].map((one) => ({ check, found: one }));
    });
    return raised.filter((alarm) => !this.#standing.has(keyOf(alarm)));
  }

  /** Alarms whose narrowing no record says: a crash came between. */
  unnarrowed(): readonly StandingAlarm[] {
    return this.standing.filter((alarm) => stepOf(alarm) !== null && alarm.narrowed === null);
  }

  /** Narrowings whose check has shown for long enough that it sees. */
  released(now: number): readonly StandingAlarm[] {
    return this.standing.filter(
      ({ narrowed, clean, wrongAt, tested }) =>
        narrowed !== null && tested && clean >= CLEAN_RUN && now - wrongAt >= RELEASE_MIN,
    );
  }

  #tested(core: JsonObject, time: number): void {
    const verdicts = (core["verdicts"] ?? []) as unknown as readonly ProbeVerdict[];
    const isSelfTest = core["origin"] === "self_test";
    for (const check of CHECKS) {
      const own = verdicts.filter((verdict) => verdict.check === check);
      const told = own.filter(({ outcome }) => outcome !== "unclear");
      if (isSelfTest) this.#untested.set(check, told.length > 0 ? 0 : (this.#untested.get(check) ?? 0) + 1);
      const found = new Set(told.flatMap(findingOf));
      for (const alarm of this.standing.filter((one) => one.check === check))
        this.#aged(alarm, {
          found,
          right: told.length,
          whole: isSelfTest && told.length === own.length,
          time,
        });
    }
  }

  #aged(
    alarm: StandingAlarm,
    {
      found,
      right,
      whole,
      time,
    }: { found: ReadonlySet<CheckFinding>; right: number; whole: boolean; time: number },
  ): void {
    if (found.has(alarm.found)) {
      Object.assign(alarm, { clean: 0, wrongAt: time, tested: false });
      return;
    }
    alarm.clean += right;
    if (right > 0 && whole) alarm.tested = true;
    // What narrowed nothing is over as soon as all is right; the next time is another alarm.
    if (stepOf(alarm) === null && alarm.tested) this.#standing.delete(keyOf(alarm));
  }

  #narrowed(alarm: JsonObject[string] | undefined, sequence: number): void {
    for (const one of this.standing) if (one.record === alarm) one.narrowed = sequence;
  }

  #lifted(alarm: JsonObject[string] | undefined): void {
    for (const one of this.standing) if (one.record === alarm) this.#standing.delete(keyOf(one));
  }
}

function keyOf({ check, found }: CheckAlarm): string {
  return `${check} ${found}`;
}

function findingOf({ outcome }: ProbeVerdict): readonly CheckFinding[] {
  if (outcome === "through") return ["blind"];
  if (outcome === "refused") return ["refuses"];
  return outcome === "late" ? ["slow"] : [];
}
