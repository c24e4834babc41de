// Judges one task: observes the node, then takes the sums and outputs, decides and takes the hold in one synchronous step, so that no
// two tasks are ever decided on the same room. Records nothing and starts nothing.
import type { CompiledSpec } from "../decide/compile-spec.ts";
import { decided } from "../decide/decide.ts";
import { type DrawResult, drawGrants } from "../decide/draw-grants.ts";
import type { ContentFact, Facts, NarrowedFact } from "../decide/facts.ts";
import type { Situation } from "../decide/situation.ts";
import { assert } from "../stdx/assert.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { ParsedTask } from "../task/parse-task.ts";
import type { Footprints } from "./footprints.ts";
import { endedOutputs, gatherOutputs, type OutputsSource } from "./gather-outputs.ts";
import { gatherSums, type HoldPaths, type SumsSource } from "./gather-sums.ts";
import { holdOf } from "./hold-of.ts";
import type { LineMember } from "./lineages.ts";
import type { EndedOutput } from "./outputs.ts";
import type { Judged } from "./records.ts";
import type { TaskScan } from "./scan-task.ts";
import type { AdoptedSpec } from "./spec-in-force.ts";
import type { Hold } from "./sums.ts";
import { taskClass } from "./task-class.ts";

/** Facts as observed, before the governor adds what is its own to know. */
export type Observed = Omit<
  Facts,
  "time" | "principal" | "sums" | "outputs" | "content" | "footprint" | "narrowed"
>;

export interface JudgeParts extends SumsSource, OutputsSource {
  readonly paths: Map<string, HoldPaths>;
  readonly footprints: Pick<Footprints, "of">;
  /** Throws while the home's spec file is not the adopted spec. */
  readonly currentSpec: () => AdoptedSpec;
  /** With the rights of `uid`, whose task it is. */
  readonly observe: (spec: AdoptedSpec, task: ParsedTask, uid: number) => Promise<Observed>;
  readonly scan: TaskScan;
  /** Whether nothing is at a path on that device any more: it was looked for, and is not there. */
  readonly isGone: (path: string, device: string) => Promise<boolean>;
  /** Ledger time, ms. */
  readonly now: () => number;
  /** Who submits where nobody else is named: the socket lies in a folder that only this uid may enter. */
  readonly uid: number;
  readonly nextHold: () => string;
  /** How far the node is narrowed; null: it is not. */
  readonly narrowed: () => NarrowedFact | null;
}

export interface Judgement {
  readonly judged: Judged;
  readonly compiled: CompiledSpec;
  /** What the decision was made on. */
  readonly situation: Situation;
  /** Taken, if asked for and admitted. */
  readonly hold: Hold | null;
}

/** One's place among tasks that are observed side by side and judged in their order. */
export interface JudgeTurn {
  /** Resolves when all before it were judged, or will not be. */
  readonly before: Promise<void>;
  /** It was judged, and has its hold. */
  readonly judged: () => void;
}

const AT_ONCE: JudgeTurn = { before: Promise.resolve(), judged: () => undefined };

/** What a judgement is for. */
export interface JudgeWish {
  /** Take the hold of an admitted task. */
  readonly take: boolean;
  /** The hold of the live task that submits this one; null: no task does. */
  readonly parent: string | null;
  /** Whose socket it came in at; absent: the governor's own. */
  readonly uid?: number | undefined;
}

/** Times that a task is observed again because the spec changed meanwhile. */
const OBSERVATIONS_MAX = 5;

/**
 * The judgement of `task` under the spec in force. With `take`, an admitted task's hold is in the sums before anything
 * else can be decided. Throws WRIT_SPEC_MISSING and WRIT_SPEC_EDITED, the latter too when specs were adopted so fast that no
 * observation was made for the one in force.
 */
export async function judge(
  parts: JudgeParts,
  task: ParsedTask,
  { take, parent, uid = parts.uid }: JudgeWish,
  turn: JudgeTurn = AT_ONCE,
): Promise<Judgement> {
  for (let round = 1; ; round += 1) {
    const spec = parts.currentSpec();
    const { parsed, content: said } = await parts.scan.words(spec.parsed.spec, task);
    const observed = await parts.observe(spec, parsed, uid);
    const content = [...said, ...(await parts.scan.files(spec.parsed.spec, observed.paths, uid))];
    const seen = { compiled: spec.compiled, task: parsed.task, paths: observed.paths };
    const ended = await endedOutputs(seen, parts, parts.isGone);
    await turn.before;
    // INVARIANT: from here to the return nothing awaits: sums, decision and hold are one transaction.
    if (parts.currentSpec() === spec) {
      const judgement = judgeNow(parts, spec, { task: parsed, observed, content, ended, take, parent, uid });
      turn.judged();
      // INVARIANT: a task of which something was left out is another one than was submitted, and never runs.
      assert(
        parsed === task || judgement.judged.decision.outcome === "refuse",
        "what is left out is refused",
      );
      return judgement;
    }
    if (round >= OBSERVATIONS_MAX) throw unsettled();
  }
}

function unsettled(): WritError {
  const message = `the spec in force changed under ${OBSERVATIONS_MAX} observations of one task`;
  return new WritError("WRIT_SPEC_EDITED", message, {
    hint: "submit the task again when specs are no longer being adopted",
  });
}

interface Case extends JudgeWish {
  readonly uid: number;
  readonly task: ParsedTask;
  readonly observed: Observed;
  readonly content: readonly ContentFact[];
  readonly ended: readonly EndedOutput[];
}

function judgeNow(
  parts: JudgeParts,
  spec: AdoptedSpec,
  { task, observed, content, ended, take, parent, uid }: Case,
): Judgement {
  const { compiled } = spec;
  const time = parts.now();
  const principal = compiled.spec.principals.find((one) => one.uid === uid)?.name ?? null;
  const sums = gatherSums(
    compiled,
    task.task,
    { principal, now: time, parent, paths: observed.paths },
    parts,
  );
  const outputs = gatherOutputs({ compiled, task: task.task, paths: observed.paths }, parts, ended);
  const found = content.length === 0 ? {} : { content };
  const name = principal === null ? null : taskClass(principal, task.task, observed.paths, parts.names);
  const footprint = name === null ? null : parts.footprints.of(name, time);
  const used = footprint === null ? {} : { footprint };
  const step = parts.narrowed();
  const narrowed = step === null ? {} : { narrowed: step };
  const facts: Facts = { ...observed, time, principal, sums, outputs, ...found, ...used, ...narrowed };
  const { decision, situation } = decided(compiled, task, facts);
  const judged = { task: task.task, facts, decision };
  if (!take || decision.outcome !== "admit" || name === null)
    return { judged, compiled, situation, hold: null };
  const line = parent === null ? null : { parent, root: parts.lineages.root(parent) };
  const { hold, paths } = holdOf(
    judged,
    situation,
    { id: parts.nextHold(), ended, line, class: name },
    parts.names,
  );
  parts.sums.take(hold, isAlike(hold, paths) ? paths.reads.map(({ path }) => path) : null);
  parts.paths.set(hold.id, paths);
  parts.lineages.take(memberOf(judged, hold));
  return { judged, compiled, situation, hold };
}

/** It has nothing that another task could meet but by writing: no write grant, no service, no model of its own. */
function isAlike({ provider, models }: Hold, { writes }: HoldPaths): boolean {
  return provider === null && models === undefined && writes.length === 0;
}

/** An admitted task as the line of its parents has it. */
function memberOf({ decision, facts }: Judged, hold: Hold): LineMember {
  const { grants, untrusted } = decision;
  assert(grants !== null, "an admitted task has grants");
  const { id, parent = null, lineage: root, ends_at } = hold;
  const left = facts.sums.ancestors[0];
  const drawing = left === undefined ? NOTHING_DRAWN : drawGrants(grants, left);
  assert(drawing.ok, "an admitted child's grants are its parent's");
  const { drawn } = drawing;
  return { id, parent, root, grants, untrusted, ends_at, drawn };
}

const NOTHING_DRAWN: DrawResult = { ok: true, drawn: { calls: [], opaque: [], models: [] } };
