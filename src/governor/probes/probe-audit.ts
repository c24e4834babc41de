// Whether probes were sent when the schedule said, as a ledger shows it: what each epoch committed to, what was shown of it, and
// what ran. Reads records alone, in their order; needs no key but what the ledger itself shows.
import type { MeasuredRecord } from "../../measure/read-core.ts";
import { amountAt, listAt, objectAt, textAt } from "../../measure/read-core.ts";
import type { Json, JsonObject } from "../../stdx/json.ts";
import {
  type AuditedEpoch,
  audited,
  type Named,
  nameOf,
  type OpenEpoch,
  type ShownEpoch,
  unshown,
} from "./audit-epoch.ts";

export interface ProbeAuditReport {
  /** Every seed that is shown is the one that was committed to, and what ran is what it drew. */
  readonly ok: boolean;
  readonly epochs: readonly AuditedEpoch[];
  /** Admitted runs beside which no schedule was in force. */
  readonly unscheduled: number;
  /** What does not hold, in words. */
  readonly problems: readonly string[];
}

/** Takes every record of a ledger, then reports. Memory grows with the runs of one epoch. */
export class ProbeAudit {
  readonly #epochs: AuditedEpoch[] = [];
  readonly #problems: string[] = [];
  /** Shown, and what was drawn in it may still be under way. */
  #before: ShownEpoch | null = null;
  #open: OpenEpoch | null = null;
  #unscheduled = 0;

  take({ kind, core, sequence }: Pick<MeasuredRecord, "kind" | "core" | "sequence">): void {
    // Each governor says which build it is before it does anything else: the one before it has ended.
    if (kind === "software") for (const one of this.#under(() => true)) one.ended = true;
    if (kind === "decision" && objectAt(core, "hold") !== null) this.#ran(sequence);
    if (kind !== "probe") return;
    if (textAt(core, "step") === "epoch") this.#begun(core, sequence);
    if (textAt(core, "step") === "verdicts") this.#told(core, sequence);
  }

  report(): ProbeAuditReport {
    const before = this.#before === null ? [] : [audited(this.#before)];
    const open = this.#open === null ? [] : [unshown(this.#open)];
    const epochs = [...this.#epochs, ...before, ...open];
    const problems = [...this.#problems, ...epochs.flatMap(problemsOf)];
    return { ok: problems.length === 0, epochs, unscheduled: this.#unscheduled, problems };
  }

  /** The epochs that something may still be under way of. */
  #under(isMeant: (epoch: OpenEpoch) => boolean): readonly OpenEpoch[] {
    return [this.#before?.open ?? null, this.#open].filter(
      (one) => one !== null && isMeant(one),
    ) as OpenEpoch[];
  }

  #ran(sequence: number): void {
    if (this.#open === null || this.#open.ended) this.#unscheduled += 1;
    else this.#open.runs.push(sequence);
  }

  #begun(core: MeasuredRecord["core"], record: number): void {
    const epoch = amountAt(core, "epoch") ?? 0;
    const seed = textAt(core, "shown");
    const last = this.#open;
    if (epoch !== (last?.epoch ?? 0) + 1)
      this.#problems.push(`#${record} begins epoch ${epoch} after epoch ${last?.epoch ?? 0}`);
    if (this.#before !== null) this.#epochs.push(audited(this.#before));
    this.#before = last === null ? null : { open: last, seed: seed ?? "", shown: record };
    const [share, commitment] = [amountAt(core, "share") ?? 0, textAt(core, "commitment") ?? ""];
    this.#open = { epoch, record, share, commitment, runs: [], sent: [], ended: false };
  }

  #told(core: MeasuredRecord["core"], record: number): void {
    const epoch = amountAt(core, "epoch");
    const [of] = this.#under((one) => one.epoch === epoch && !one.ended);
    if (of === undefined) {
      this.#problems.push(`#${record} tells of a probe of epoch ${epoch ?? "none"}, which is not under way`);
      return;
    }
    const told = listAt(core, "verdicts").map((one) => nameOf(verdictOf(one)));
    const selfTest = textAt(core, "origin") === "self_test";
    of.sent.push({ record, run: amountAt(core, "run") ?? 0, selfTest, told });
  }
}

/** Of a record that may hold anything. */
function verdictOf(one: Json): Named {
  const core = typeof one === "object" && one !== null && !Array.isArray(one) ? (one as JsonObject) : {};
  return {
    family: textAt(core, "family") ?? "",
    bad: core["bad"] === true,
    form: textAt(core, "form") ?? "",
  };
}

function problemsOf({
  epoch,
  record,
  shown,
  holds,
  missing,
  missed,
  undrawn,
}: AuditedEpoch): readonly string[] {
  const of = `epoch ${epoch} (#${record})`;
  return [
    ...(holds === false ? [`${of}: the seed that #${shown} shows is not the one that was committed to`] : []),
    ...(missed > 0
      ? [`${of}: ${missed} probes were due and never sent, the first beside ${places(missing)}`]
      : []),
    ...(undrawn.length > 0 ? [`${of}: the schedule did not draw what ${places(undrawn)} tells of`] : []),
  ];
}

function places(records: readonly number[]): string {
  return records
    .slice(0, 3)
    .map((record) => `#${record}`)
    .join(", ");
}
