// Sends the probes of one governor: a self-test of every check soon after its start and from time to time, and single probes
// beside real runs by the secret schedule. What they show is recorded, raised as an alarm, and narrows the node where a check is
// blind. No decision and no gate can tell a probe: what is told apart here is the record, the sums and where it may go.
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Appended, LedgerRecord } from "../../ledger/record.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { KeptLedger } from "../keep-ledger.ts";
import { Launcher, type LaunchParts } from "../launch.ts";
import { Lineages } from "../lineages.ts";
import type { Narrowings } from "../narrowings.ts";
import { emptyProjection } from "../project-record.ts";
import { asJson } from "../records.ts";
import { type Serial, serial } from "../serial.ts";
import type { LiveRun } from "../server/governing.ts";
import type { SpecInForce } from "../spec-in-force.ts";
import type { RunParts, SubmitParts } from "../submit.ts";
import { WaitingLine } from "../waiting.ts";
import { type DecisionProbe, decisionProbes, sendToDecision } from "./decision-probes.ts";
import { drawProbe } from "./draw-probe.ts";
import { everyGateProbe, type GateProbe, sendToGate } from "./gate-probes.ts";
import { CHECK_OF, type ProbeVerdict } from "./probe.ts";
import { type CheckAlarm, type ProbeBook, stepOf } from "./probe-book.ts";
import { probeLedger } from "./probe-ledger.ts";
import { commitmentOf, drawOf, dueAt, epochSeed } from "./probe-schedule.ts";
import { openSink } from "./probe-sink.ts";
import { probeSpecs } from "./probe-spec.ts";

export interface ProberParts {
  /** Of the governor's own runs. */
  readonly submit: SubmitParts;
  readonly launch: LaunchParts;
  readonly ledger: KeptLedger;
  readonly book: ProbeBook;
  readonly narrowings: Narrowings;
  readonly spec: SpecInForce;
  readonly names_key: Uint8Array;
  readonly instance: string;
  /** What tasks of a home for play may be run in; null: a home of work. */
  readonly root: string | null;
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
  readonly #one: Serial = serial();
  #timer: NodeJS.Timeout | null = null;
  #live: LiveRun | null = null;
  #closed = false;
  #waiting = 0;
  #holds = 0;
  /** Under way, from its record on; null: none is. */
  #epoch: Epoch | null = null;
  #next: Epoch | null = null;
  #runs = 0;
  #tests = 0;

  constructor(parts: ProberParts) {
    this.#parts = parts;
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
    this.#live?.stop("governor_stops");
    await this.#one(() => Promise.resolve());
  }

  #arm(after: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#inTurn(() => this.#selfTest()), after);
    this.#timer.unref();
  }

  /** One after the other. What breaks in probing is probing's alone: a check that stays untested is an alarm of its own. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#one(async () => {
        if (!this.#closed) await work();
      });
    } catch {
      // The ledger takes nothing more, which ends the governor.
      return;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #selfTest(): Promise<void> {
    const { self_test, share } = this.#parts.spec.adopted.parsed.spec.probes;
    if (self_test === null) return;
    try {
      await this.#narrow(this.#parts.book.unnarrowed());
      const { number, seed } = await this.#begun(share);
      this.#tests += 1;
      const drawn = drawOf(seed, this.#tests);
      const told = { origin: "self_test", epoch: number, run: this.#tests };
      const verdicts = [...(await this.#decide(decisionProbes(drawn)))];
      for (const probes of everyGateProbe(drawn)) verdicts.push(...(await this.#send(probes)));
      await this.#tell(told, verdicts);
    } finally {
      this.#arm(self_test);
    }
  }

  async #beside(epoch: number, run: number, drawn: number): Promise<void> {
    const { at, probe } = drawProbe(drawn);
    const verdicts = at === "decision" ? await this.#decide([probe]) : await this.#send([probe]);
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

  async #decide(probes: readonly DecisionProbe[]): Promise<readonly ProbeVerdict[]> {
    const { submit, narrowings } = this.#parts;
    const narrowed = (): ReturnType<typeof submit.judging.narrowed> => narrowings.byHand.fact;
    const parts = { ...submit.judging, narrowed, nextHold: () => this.#nextHold() };
    const verdicts: ProbeVerdict[] = [];
    for (const probe of probes) {
      const sent = sendToDecision(probe, parts, this.#directory());
      verdicts.push(await sent.catch((error: unknown) => unclear(probe, error)));
    }
    return verdicts;
  }

  async #send(probes: readonly GateProbe[]): Promise<readonly ProbeVerdict[]> {
    const sink = await openSink();
    try {
      // A name that nothing else has, and that says nothing.
      const host = `${commitmentOf(Buffer.from(this.#nextHold())).slice(0, 12)}.home.arpa`;
      const place = { host, port: sink.port };
      const looks = this.#parts.spec.adopted.parsed.spec.privacy.detectors !== null;
      const parts = this.#runParts(place);
      const started = (run: LiveRun): void => {
        this.#live = run;
        if (this.#closed) run.stop("governor_stops");
      };
      return await sendToGate(probes, { parts, place, sink, directory: this.#directory(), looks, started });
    } catch (error) {
      return probes.map((probe) => unclear(probe, error));
    } finally {
      this.#live = null;
      sink.close();
    }
  }

  /** The parts of a governor's run, with sums, labels, classes and lines of its own. */
  #runParts(place: { readonly host: string; readonly port: number }): RunParts {
    const { submit, launch, narrowings } = this.#parts;
    const projection = emptyProjection();
    const lineages = new Lineages();
    const paths = new Map();
    const ledger = probeLedger(this.#parts.ledger);
    const { sums, outputs, footprints } = projection;
    const judging = {
      ...submit.judging,
      sums,
      outputs,
      footprints,
      paths,
      lineages,
      currentSpec: probeSpecs(submit.judging.currentSpec, place),
      narrowed: () => narrowings.byHand.fact,
      nextHold: () => this.#nextHold(),
    };
    const launcher = new Launcher({
      ...launch,
      ledger,
      projection,
      paths,
      lineages,
      narrowing: narrowings.byHand,
      freed: () => undefined,
    });
    return { judging, ledger, launcher, projection, waiting: new WaitingLine() };
  }

  #nextHold(): string {
    this.#holds += 1;
    return `${this.#parts.instance}-p${this.#holds}`;
  }

  #directory(): string {
    return this.#parts.root ?? realpathSync(tmpdir());
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

/** What could not be sent: a check that stays so is an alarm of its own. */
function unclear({ family, bad, form }: DecisionProbe, error: unknown): ProbeVerdict {
  const cause = error instanceof WritError ? error.code : "fault";
  return { family, check: CHECK_OF[family], bad, form, outcome: "unclear", cause };
}
