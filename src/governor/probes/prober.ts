// Sends the probes of one governor: a self-test of every check soon after its start and from time to time, and single probes
// beside real runs by the secret schedule. What they show is recorded, raised as an alarm, and narrows the node where a check is
// blind. No decision and no gate can tell a probe: what is told apart here is the record, the sums and where it may go.
import type { Appended, LedgerRecord } from "../../ledger/record.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { asJson } from "../records.ts";
import { type Serial, serial } from "../serial.ts";
import { decisionProbes } from "./decision-probes.ts";
import { drawProbe } from "./draw-probe.ts";
import { everyGateProbe } from "./gate-probes.ts";
import type { ProbeVerdict } from "./probe.ts";
import { type CheckAlarm, type ProbeBook, stepOf } from "./probe-book.ts";
import { commitmentOf, drawOf, dueAt, epochSeed } from "./probe-schedule.ts";
import { ProbeSender, type SenderParts } from "./probe-sender.ts";

export interface ProberParts extends SenderParts {
  readonly book: ProbeBook;
  readonly names_key: Uint8Array;
  /** More may run again. */
  readonly lifted: () => void;
}

interface Epoch {
  readonly number: number;
  readonly seed: Buffer;
  readonly share: number;
}

/** ms from the governor's start to its first self-test: whoever waits for a task does not wait for this. */
const STARTS_AFTER = 3_000;
/** Probes that wait for their turn; the schedule tells later which were due and not sent. */
const WAITING_MAX = 32;

export class Prober {
  readonly #parts: ProberParts;
  readonly #sender: ProbeSender;
  readonly #one: Serial = serial();
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #waiting = 0;
  /** Under way, from its record on; null: none is. */
  #epoch: Epoch | null = null;
  #next: Epoch | null = null;
  #runs = 0;
  #tests = 0;

  constructor(parts: ProberParts) {
    this.#parts = parts;
    this.#sender = new ProbeSender(parts);
    this.#arm(STARTS_AFTER);
  }

  /** Takes each durable record: counts runs that were admitted, and sends what is due beside them. */
  note({ kind, core }: Pick<LedgerRecord, "kind" | "core">): void {
    if (kind === "spec_adopted") this.#arm(STARTS_AFTER);
    if (kind === "probe" && core["step"] === "epoch") this.#begin();
    if (kind !== "decision" || core["hold"] === null || core["hold"] === undefined) return;
    const epoch = this.#epoch;
    if (epoch === null || this.#closed) return;
    this.#runs += 1;
    const run = this.#runs;
    const drawn = dueAt(epoch.seed, run, epoch.share);
    if (drawn === null || this.#waiting >= WAITING_MAX) return;
    void this.#inTurn(() => this.#beside(epoch.number, run, drawn));
  }

  /** Ends what is under way; resolves when it has. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#sender.close();
    await this.#one(() => Promise.resolve());
  }

  #arm(after: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#inTurn(() => this.#selfTest()), after);
    this.#timer.unref();
  }

  /**
   * One after the other. What breaks while a probe is sent is that probe's (`unclear`); a ledger that takes nothing stops all work,
   * and says so itself. Anything else would leave checks untested unseen, so it ends the governor: rejects.
   */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#one(async () => {
        if (!this.#closed) await work();
      });
    } catch (error) {
      if (!isLedgerStop(error)) throw error;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #selfTest(): Promise<void> {
    const { self_test, share } = this.#parts.spec.adopted.parsed.spec.probes;
    if (self_test === null) {
      // A spec without probes ends the schedule, where one is under way.
      if (this.#epoch !== null) await this.#begun(0);
      return;
    }
    try {
      await this.#narrow(this.#parts.book.unnarrowed());
      const { number, seed } = await this.#begun(share);
      this.#tests += 1;
      const drawn = drawOf(seed, this.#tests);
      const told = { origin: "self_test", epoch: number, run: this.#tests };
      const verdicts = [...(await this.#sender.decide(decisionProbes(drawn)))];
      for (const probes of everyGateProbe(drawn)) verdicts.push(...(await this.#sender.send(probes)));
      await this.#tell(told, verdicts);
    } finally {
      this.#arm(self_test);
    }
  }

  async #beside(epoch: number, run: number, drawn: number): Promise<void> {
    const { at, probe } = drawProbe(drawn);
    const verdicts =
      at === "decision" ? await this.#sender.decide([probe]) : await this.#sender.send([probe]);
    await this.#tell({ origin: "run", epoch, run }, verdicts);
  }

  /** The epoch under way, begun with a record that commits to its seed and shows the one before. */
  async #begun(share: number): Promise<Epoch> {
    if (this.#epoch !== null && this.#epoch.share === share) return this.#epoch;
    const { book, ledger, names_key } = this.#parts;
    const before = book.epoch;
    const number = before + 1;
    const seed = epochSeed(names_key, number);
    const shown = before === 0 ? null : epochSeed(names_key, before).toString("hex");
    const core = { step: "epoch", epoch: number, share, commitment: commitmentOf(seed), shown };
    this.#next = { number, seed, share };
    await ledger.append({ kind: "probe", core });
    return this.#next;
  }

  /** INVARIANT: runs are counted from the first decision behind the epoch's record, as whoever audits them counts. */
  #begin(): void {
    this.#epoch = this.#next;
    this.#runs = 0;
    this.#tests = 0;
  }

  /** Records what came of probes, raises what is new, and lifts what a check has earned. */
  async #tell(
    told: { readonly origin: string; readonly epoch: number; readonly run: number },
    verdicts: readonly ProbeVerdict[],
  ): Promise<void> {
    if (this.#closed) return;
    const { ledger, book, spec } = this.#parts;
    const raised = book.raisedBy(verdicts, told.origin === "self_test");
    const { spec_hash } = spec.adopted.parsed;
    const core = { step: "verdicts", ...told, spec_hash, verdicts: verdicts.map(asJson) };
    const { sequence } = await ledger.append({ kind: "probe", core });
    for (const alarm of raised) await this.#raise(alarm, sequence);
    await this.#lift();
  }

  async #raise(alarm: CheckAlarm, at: number): Promise<void> {
    const step = stepOf(alarm);
    // At once: what the check should have stopped may be under way.
    if (step !== null) this.#parts.narrowings.byAlarm.take(step);
    const core = { ...alarm, at, step };
    const { sequence } = await this.#parts.ledger.append({ kind: "alarm", core });
    await this.#narrow([{ ...alarm, record: sequence }]);
  }

  async #narrow(alarms: readonly (CheckAlarm & { readonly record: number })[]): Promise<void> {
    const { ledger, narrowings } = this.#parts;
    for (const alarm of alarms) {
      const step = stepOf(alarm);
      if (step === null) continue;
      const core = { step, alarm: alarm.record, check: alarm.check };
      const { sequence }: Appended = await ledger.append({ kind: "narrowed", core });
      narrowings.note({ kind: "narrowed", sequence, core });
    }
  }

  async #lift(): Promise<void> {
    const { ledger, narrowings, book, lifted } = this.#parts;
    for (const { check, record, narrowed, clean, ...alarm } of book.released(ledger.now())) {
      const step = stepOf({ check, found: alarm.found });
      if (step === null || narrowed === null) continue;
      const core = { step, narrowed, alarm: record, check, clean };
      const { sequence } = await ledger.append({ kind: "lifted", core });
      narrowings.note({ kind: "lifted", sequence, core });
      lifted();
    }
  }
}

/** The one known way to break: the ledger takes no record, and so nothing runs. */
function isLedgerStop(error: unknown): boolean {
  return error instanceof WritError && error.code === "WRIT_LEDGER_UNWRITABLE";
}
