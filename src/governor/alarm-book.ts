// Drift alarms of a living governor: measures each record as it becomes durable, and says which alarms the ledger lacks. The
// figures themselves are src/measure/; nothing here reaches a decision.
import type { RecordInput } from "../ledger/record.ts";
import { otlpJson } from "../measure/export/otlp-json.ts";
import { Measurement, type MetricAlarm } from "../measure/measurement.ts";
import type { Place } from "../measure/metric-watch.ts";
import { amountAt, type MeasuredRecord, textAt } from "../measure/read-core.ts";
import { snapshot } from "../measure/snapshot.ts";

/**
 * Measurement beside the governor: the same pass over the same records as `writ measure` makes, so a restart comes to the
 * same alarms. Never throws: what breaks here stops measuring, and nothing else.
 */
export class AlarmBook {
  readonly #measurement: Measurement = new Measurement();
  readonly #raised: Map<string, RecordInput> = new Map();
  /** Alarms whose record came before the pass had raised them: it never does, in a ledger that this build wrote. */
  readonly #early: Set<string> = new Set();
  #broken = false;

  /** Takes the next durable record, live or replayed. */
  note(record: Omit<MeasuredRecord, "wall"> & { readonly wall?: string }): void {
    if (this.#broken) return;
    try {
      // Those of checks are the probes' (probes/probe-book.ts).
      const isDrift = record.kind === "alarm" && textAt(record.core, "metric") !== null;
      if (isDrift) this.#recorded(keyOf(record.core));
      const { kind, sequence, time, core, wall = "" } = record;
      for (const alarm of this.#measurement.apply({ kind, sequence, time, core, wall }))
        this.#raise(alarmRecord(alarm));
    } catch {
      // The evaluation may crash; enforcement goes on. `writ measure` reads the same records, and shows what is wrong.
      this.#broken = true;
      this.#raised.clear();
    }
  }

  /** What is measured by now, as its latest record of time `wall` says it, for collectors; null: measuring broke. */
  request(wall: Date): string | null {
    if (this.#broken) return null;
    const shown = snapshot(this.#measurement);
    // A record that this governor wrote has told nobody its clock yet.
    const at = (place: Place | null): Place | null =>
      place === null ? null : { ...place, wall: place.wall === "" ? wall.toISOString() : place.wall };
    return otlpJson({ ...shown, first: at(shown.first), last: at(shown.last) });
  }

  /** The records of alarms that the ledger does not hold yet; each is given out once. */
  take(): readonly RecordInput[] {
    if (this.#raised.size === 0) return NONE;
    const records = [...this.#raised.values()];
    this.#raised.clear();
    return records;
  }

  #raise(record: RecordInput): void {
    const key = keyOf(record.core);
    if (!this.#early.delete(key)) this.#raised.set(key, record);
  }

  #recorded(key: string): void {
    if (!this.#raised.delete(key) && this.#early.size < EARLY_MAX) this.#early.add(key);
  }
}

const NONE: readonly RecordInput[] = [];
const EARLY_MAX = 1_000;

/** The record of an alarm: what moved, for whom, where it was seen and about where it began, and the spec of then. */
function alarmRecord({ metric, level, bound, classId, at, since, spec }: MetricAlarm): RecordInput {
  const core = {
    metric,
    level,
    bound,
    class: classId,
    at: at.sequence,
    since: since.sequence,
    spec: spec?.sequence ?? null,
  };
  return { kind: "alarm", core };
}

function keyOf(core: RecordInput["core"]): string {
  return `${textAt(core, "metric") ?? ""} ${textAt(core, "level") ?? ""} ${amountAt(core, "at") ?? ""}`;
}
