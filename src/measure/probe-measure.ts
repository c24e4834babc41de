// What the records say of probes: which were sent, what came of them by family, and the alarms of checks. Not when one is sent, and
// no part of any metric: what is a probe's counts in nothing else.
import type { Json, JsonObject } from "../stdx/json.ts";
import type { Place } from "./metric-watch.ts";
import { amountAt, listAt, type MeasuredRecord, textAt } from "./read-core.ts";
import { upperShare } from "./upper-share.ts";

/** Families and checks that are told apart: more than any build has. */
const NAMES_MAX = 32;
/** Alarms of checks that are kept, the latest. */
const ALARMS_MAX = 256;

/** How often probes were sent in one way, and the records of the first and the last time. */
export interface Sent {
  count: number;
  first: Place | null;
  last: Place | null;
}

/** What came of the probes of one family. */
export interface ProbeFamilyMeasure {
  readonly family: string;
  readonly check: string;
  /** Known bad ones that had an answer, and those of them that went through. */
  bad: number;
  through: number;
  /** Known good ones that had an answer, those of them that were refused, and those that had it too late. */
  good: number;
  refused: number;
  late: number;
  /** Of either sort, those without an answer. */
  unclear: number;
  readonly first: Place;
  last: Place;
  /** The record of the last wrong answer; null: there was none. */
  wrong: Place | null;
}

/** An alarm of a check. */
export interface CheckAlarmMeasure {
  readonly check: string;
  readonly found: string;
  readonly at: Place;
  /** The record of what it narrowed the node to, and of the end of that; null: none. */
  narrowed: number | null;
  lifted: number | null;
}

/** What is shown of probes. */
export interface ShownProbes {
  readonly self_tests: Sent;
  readonly beside_runs: Sent;
  /** In the order in which they were first sent; empty: no check was ever tested. */
  readonly families: readonly (ProbeFamilyMeasure & {
    /** With 95 % confidence it misses at most this share of what is known bad; null: none had an answer. */
    readonly misses_max: number | null;
  })[];
  readonly alarms: readonly CheckAlarmMeasure[];
}

/** Counts probes. Memory is bounded, whatever records hold. */
export class ProbeMeasure {
  readonly #selfTests: Sent = { count: 0, first: null, last: null };
  readonly #besideRuns: Sent = { count: 0, first: null, last: null };
  readonly #families: Map<string, ProbeFamilyMeasure> = new Map();
  readonly #alarms: CheckAlarmMeasure[] = [];

  /** Takes the next record of kind `probe`. */
  probed({ core }: Pick<MeasuredRecord, "core">, place: Place): void {
    if (textAt(core, "step") !== "verdicts") return;
    const sent = textAt(core, "origin") === "self_test" ? this.#selfTests : this.#besideRuns;
    sent.count += 1;
    sent.first ??= place;
    sent.last = place;
    for (const verdict of listAt(core, "verdicts")) this.#told(objectOf(verdict), place);
  }

  /** Takes the next record of kind `alarm`, `narrowed` or `lifted`; only those about a check count. */
  alarmed({ kind, core, sequence }: Pick<MeasuredRecord, "kind" | "core" | "sequence">, place: Place): void {
    const [check, found] = [textAt(core, "check"), textAt(core, "found")];
    if (kind === "alarm") {
      if (check === null || found === null) return;
      this.#alarms.push({ check, found, at: place, narrowed: null, lifted: null });
      if (this.#alarms.length > ALARMS_MAX) this.#alarms.shift();
      return;
    }
    const record = amountAt(core, "alarm");
    const alarm = this.#alarms.find(({ at }) => at.sequence === record);
    if (alarm === undefined) return;
    if (kind === "narrowed") alarm.narrowed = sequence;
    else alarm.lifted = sequence;
  }

  shown(): ShownProbes {
    return {
      self_tests: { ...this.#selfTests },
      beside_runs: { ...this.#besideRuns },
      families: [...this.#families.values()].map((one) => ({
        ...one,
        misses_max: one.bad === 0 ? null : upperShare(one.through, one.bad),
      })),
      alarms: this.#alarms.map((one) => ({ ...one })),
    };
  }

  #told(verdict: JsonObject, place: Place): void {
    const [family, check, outcome] = [
      textAt(verdict, "family"),
      textAt(verdict, "check"),
      textAt(verdict, "outcome"),
    ];
    if (family === null || check === null || outcome === null) return;
    const own = this.#familyOf(family, check, place);
    if (own === null) return;
    own.last = place;
    if (outcome === "through" || outcome === "refused" || outcome === "late") {
      own[outcome] += 1;
      own.wrong = place;
    }
    if (outcome === "through" || outcome === "stopped") own.bad += 1;
    else if (outcome === "refused" || outcome === "late" || outcome === "passed") own.good += 1;
    else own.unclear += 1;
  }

  #familyOf(family: string, check: string, place: Place): ProbeFamilyMeasure | null {
    const known = this.#families.get(family);
    if (known !== undefined || this.#families.size === NAMES_MAX) return known ?? null;
    const counts = { bad: 0, through: 0, good: 0, refused: 0, late: 0, unclear: 0 };
    const own = { family, check, ...counts, first: place, last: place, wrong: null };
    this.#families.set(family, own);
    return own;
  }
}

function objectOf(value: Json): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
