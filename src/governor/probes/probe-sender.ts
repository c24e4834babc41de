// Sends probes the way that all work goes, beside sums, labels and classes of their own. Whatever breaks on the way is an answer
// that could not be told (`unclear`), never an error: prober.ts counts those. Not when a probe is sent.
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { WritError } from "../../stdx/writ-error.ts";
import type { KeptLedger } from "../keep-ledger.ts";
import { Launcher, type LaunchParts } from "../launch.ts";
import { Lineages } from "../lineages.ts";
import type { Narrowings } from "../narrowings.ts";
import { emptyProjection } from "../project-record.ts";
import type { LiveRun } from "../server/governing.ts";
import type { SpecInForce } from "../spec-in-force.ts";
import type { RunParts, SubmitParts } from "../submit.ts";
import { WaitingLine } from "../waiting.ts";
import { type DecisionProbe, sendToDecision } from "./decision-probes.ts";
import { type GateProbe, sendToGate } from "./gate-probes.ts";
import { CHECK_OF, type ProbeVerdict } from "./probe.ts";
import { probeLedger } from "./probe-ledger.ts";
import { commitmentOf } from "./probe-schedule.ts";
import { openSink, type ProbeSink } from "./probe-sink.ts";
import { probeSpecs } from "./probe-spec.ts";

export interface SenderParts {
  /** Of the governor's own runs. */
  readonly submit: SubmitParts;
  readonly launch: LaunchParts;
  readonly ledger: KeptLedger;
  readonly narrowings: Narrowings;
  readonly spec: SpecInForce;
  readonly instance: string;
  /** What tasks of a home for play may be run in; null: a home of work. */
  readonly root: string | null;
}

export class ProbeSender {
  readonly #parts: SenderParts;
  #live: LiveRun | null = null;
  #closed = false;
  #holds = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Ends what is under way; what is sent later ends at once. */
  close(): void {
    this.#closed = true;
    this.#live?.stop("governor_stops");
  }

  /** Has each of `probes` judged. Never rejects. */
  async decide(probes: readonly DecisionProbe[]): Promise<readonly ProbeVerdict[]> {
    const { submit, narrowings } = this.#parts;
    const narrowed = (): ReturnType<typeof submit.judging.narrowed> => narrowings.byHand.fact;
    const verdicts: ProbeVerdict[] = [];
    for (const probe of probes) {
      try {
        const parts = { ...submit.judging, narrowed, nextHold: () => this.#nextHold() };
        verdicts.push(await sendToDecision(probe, parts, this.#directory()));
      } catch (error) {
        verdicts.push(unclear(probe, error));
      }
    }
    return verdicts;
  }

  /** Sends `probes` in one task through the gate. Never rejects. */
  async send(probes: readonly GateProbe[]): Promise<readonly ProbeVerdict[]> {
    let sink: ProbeSink | null = null;
    try {
      sink = await openSink();
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
      sink?.close();
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
}

/** What could not be sent: a check that stays so is an alarm of its own. */
function unclear({ family, bad, form }: DecisionProbe, error: unknown): ProbeVerdict {
  const cause = error instanceof WritError ? error.code : "fault";
  return { family, check: CHECK_OF[family], bad, form, outcome: "unclear", cause };
}
