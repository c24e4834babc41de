// One epoch of the schedule of probes against the seed that was shown of it: what was due, what was sent, and what was neither. Not
// the reading of records (probe-audit.ts).
import { decisionProbes } from "./decision-probes.ts";
import { drawProbe } from "./draw-probe.ts";
import { everyGateProbe } from "./gate-probes.ts";
import type { ProbeVerdict } from "./probe.ts";
import { commitmentOf, drawOf, dueAt } from "./probe-schedule.ts";

/** Places that are told of one kind; further ones are counted. */
const PLACES_MAX = 20;
/** Probes that may wait or be under way when a governor ends, with which they end: prober.ts holds as many. */
const CUT_OFF_MAX = 33;

/** One epoch: from the record that commits to its seed to the end of that governor, or the next epoch. */
export interface AuditedEpoch {
  readonly epoch: number;
  /** The record that commits. */
  readonly record: number;
  /** Basis points of admitted runs. */
  readonly share: number;
  /** The record that shows the seed; null: none does yet, and nothing below but counts can be told. */
  readonly shown: number | null;
  /** Whether the seed that is shown is the one that was committed to; null: none is shown. */
  readonly holds: boolean | null;
  /** Admitted runs, those of them that a probe was due beside, and those that it was sent beside. */
  readonly runs: number;
  readonly due: number | null;
  readonly sent: number;
  /** Due, and ended with the governor. */
  readonly cut_off: number;
  /** Decisions of runs whose probe was due and never sent; the first ones, and how many. */
  readonly missing: readonly number[];
  readonly missed: number;
  /** Records of probes that were not due, were sent twice, or were others than those that were drawn. */
  readonly undrawn: readonly number[];
  readonly self_tests: number;
}

interface Sent {
  readonly record: number;
  readonly run: number;
  readonly selfTest: boolean;
  /** `family good|bad form` of each verdict. */
  readonly told: readonly string[];
}

/** What tells one probe from another. */
export type Named = Pick<ProbeVerdict, "bad" | "form"> & { readonly family: string };

export interface ShownEpoch {
  readonly open: OpenEpoch;
  /** As the record `shown` has it. */
  readonly seed: string;
  readonly shown: number;
}

export interface OpenEpoch {
  readonly epoch: number;
  readonly record: number;
  readonly share: number;
  readonly commitment: string;
  /** Decisions, in the order in which the governor counted them. */
  readonly runs: number[];
  readonly sent: Sent[];
  /** Its governor has ended. */
  ended: boolean;
}

/** What can be told of an epoch whose seed is not shown. */
export function unshown({ epoch, record, share, runs, sent }: OpenEpoch): AuditedEpoch {
  const selfTests = sent.filter(({ selfTest }) => selfTest).length;
  return {
    epoch,
    record,
    share,
    shown: null,
    holds: null,
    runs: runs.length,
    due: null,
    sent: sent.length - selfTests,
    cut_off: 0,
    missing: [],
    missed: 0,
    undrawn: [],
    self_tests: selfTests,
  };
}

/** An epoch against the seed that is shown of it. */
export function audited({ open, seed: seedText, shown }: ShownEpoch): AuditedEpoch {
  const told = unshown(open);
  const seed = Buffer.from(seedText, "hex");
  const holds = /^[0-9a-f]{64}$/.test(seedText) && commitmentOf(seed) === open.commitment;
  if (!holds) return { ...told, shown, holds };
  const beside = open.sent.filter(({ selfTest }) => !selfTest);
  const wrong = wrongSelfTests(open, seed);
  const sentRuns = new Set<number>();
  const lastSent = beside.at(-1)?.run ?? 0;
  for (const { run, told: names, record } of beside) {
    const drawn = run >= 1 && run <= open.runs.length ? dueAt(seed, run, open.share) : null;
    const isDrawn = drawn !== null && names.every((name) => name === nameOf(drawProbe(drawn).probe));
    if (!isDrawn || names.length > 1 || sentRuns.has(run)) wrong.push(record);
    sentRuns.add(run);
  }
  let due = 0;
  const unsent: { readonly run: number; readonly decision: number }[] = [];
  open.runs.forEach((decision, index) => {
    const run = index + 1;
    if (dueAt(seed, run, open.share) === null) return;
    due += 1;
    if (!sentRuns.has(run)) unsent.push({ run, decision });
  });
  const cut = open.ended ? unsent.filter(({ run }) => run > lastSent).slice(-CUT_OFF_MAX) : [];
  const missing = unsent.slice(0, unsent.length - cut.length).map(({ decision }) => decision);
  return {
    ...told,
    shown,
    holds,
    due,
    cut_off: cut.length,
    missing: missing.slice(0, PLACES_MAX),
    missed: missing.length,
    undrawn: wrong.toSorted((one, other) => one - other).slice(0, PLACES_MAX),
  };
}

/** Self-tests are numbered from 1, and each sends every family in the forms that are drawn for it. */
function wrongSelfTests({ sent }: OpenEpoch, seed: Buffer): number[] {
  const tests = sent.filter(({ selfTest }) => selfTest);
  return tests.flatMap(({ run, told, record }, index) => {
    const drawn = drawOf(seed, run);
    const all = [...decisionProbes(drawn), ...everyGateProbe(drawn).flat()].map(nameOf);
    return run === index + 1 && isPartOf(told, all) ? [] : [record];
  });
}

/** In their order; a leak is left out where nothing was planted, and nothing else may be. */
function isPartOf(told: readonly string[], all: readonly string[]): boolean {
  let at = 0;
  for (const name of all) {
    if (told[at] === name) at += 1;
    else if (!name.startsWith("leaks bad ")) return false;
  }
  return at === told.length;
}

/** How verdicts and draws are compared. */
export function nameOf({ family, bad, form }: Named): string {
  return `${family} ${bad ? "bad" : "good"} ${form}`;
}
