// The way of a submitted task: judged, recorded, and if admitted run; if deferred, kept waiting and judged again. Each
// step is durable before the next one begins.
import type { Decision } from "../decide/decision.ts";
import { explainDecision } from "../decide/explain.ts";
import type { Execution, StopCause } from "../enforce/execution.ts";
import { assert } from "../stdx/assert.ts";
import type { ParsedTask } from "../task/parse-task.ts";
import type { HoldPaths } from "./gather-sums.ts";
import type { Decided, Outcome, TaskInput } from "./governor.ts";
import { type Judgement, type JudgeParts, type JudgeTurn, judge } from "./judge.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import type { Launcher } from "./launch.ts";
import { measuredOf } from "./measured.ts";
import { taskOf } from "./parse-input.ts";
import { sha256 } from "./ports.ts";
import { type Projection, projectChild, projectHold } from "./project-record.ts";
import { decisionRecord } from "./records.ts";
import type { LiveRun, RunClient, TaskClient } from "./server/governing.ts";
import type { WaitingLine } from "./waiting.ts";
import type { TaskSignal } from "./wire/task-signal.ts";

export interface SubmitParts extends RunParts {
  readonly ledger: KeptLedger;
}

/** What a run needs. */
export interface RunParts {
  readonly judging: JudgeParts & { readonly paths: Map<string, HoldPaths> };
  readonly ledger: Pick<KeptLedger, "append" | "checkRoom">;
  readonly launcher: Launcher;
  readonly projection: Projection;
  readonly waiting: WaitingLine;
  /** The uid of a principal, whose task it still is when it comes out of the queue or another task; absent: one's own. */
  readonly uidOf?: (principal: string) => number;
}

/** A decision, and its hold when it was admitted to run. */
interface Step {
  readonly judgement: Judgement;
  /** Ledger sequence of the decision; null: it is not recorded. */
  readonly sequence: number | null;
}

/** How a submission ended. */
interface Followed extends Step {
  readonly observation: Outcome["observation"];
}

/** Decides `input` without a record or a hold. */
export async function decideOnly(parts: SubmitParts, input: TaskInput, uid?: number): Promise<Decided> {
  const judgement = await judge(parts.judging, taskOf(input), { ...ASKED, uid });
  return decidedOf(judgement, null);
}

/** Decides `input` and records it as a `check`; takes no hold. */
export async function checkOnly(parts: SubmitParts, input: TaskInput, uid?: number): Promise<Decided> {
  await parts.ledger.checkRoom();
  const judgement = await judge(parts.judging, taskOf(input), { ...ASKED, uid });
  const { sequence } = await parts.ledger.append(decisionRecord("check", judgement.judged, NO_HOLD, sha256));
  return decidedOf(judgement, sequence);
}

const ASKED = { take: false, parent: null } as const;

/** Who submits a run, and whether it waits while it is deferred. */
export interface Submitter {
  readonly client: RunClient;
  readonly wait: boolean;
  /** The hold of the running task that submits it; null: no task does. */
  readonly parent: string | null;
  /** Whose socket it came in at; absent: the governor's own. */
  readonly uid?: number | undefined;
}

/** Submits `input` to run. */
export function submitRun(
  parts: RunParts,
  input: TaskInput,
  { client, wait, parent, uid }: Submitter,
): LiveRun {
  const told = (step: Step): void => client.decided(decidedOf(step.judgement, step.sequence));
  const run = new Submission(parts, client, { parent, uid, queued: null, decided: told });
  const outcome = async (): Promise<Outcome> => {
    const { judgement, sequence, observation } = await run.follow(() => taskOf(input), wait);
    return { ...decidedOf(judgement, sequence), observation };
  };
  return {
    outcome: outcome(),
    stdin: (chunk) => run.stdin(chunk),
    signal: (name) => run.signal(name),
    resize: (rows, columns) => run.resize(rows, columns),
    stop: (cause) => run.stop(cause),
  };
}

/** What a task that comes out of the queue is. */
export interface QueuedRun {
  readonly job: number;
  readonly principal: string;
  /** Whether it was deferred before: then another defer is not recorded, as nothing new is decided. */
  readonly deferred: boolean;
  readonly turn: JudgeTurn;
}

/** A task of the queue, from its decision to its settlement. */
export interface QueuedLive extends Pick<LiveRun, "stop"> {
  readonly outcome: Promise<{ readonly decision: Decision }>;
}

/**
 * Decides a task of the queue, calls `decided`, and runs it when it is admitted. A defer is its outcome: it does not wait here, and
 * nobody is told why.
 */
export function submitQueued(
  parts: SubmitParts,
  parsed: ParsedTask,
  queued: QueuedRun,
  to: { readonly client: TaskClient; readonly decided: () => void },
): QueuedLive {
  const uid = parts.uidOf?.(queued.principal);
  const run = new Submission(parts, to.client, { parent: null, uid, queued, decided: to.decided });
  const outcome = async (): Promise<{ readonly decision: Decision }> => {
    const { judgement } = await run.follow(() => parsed, false);
    return judgement.judged;
  };
  return { outcome: outcome(), stop: (cause) => run.stop(cause) };
}

const NO_HOLD = { hold: null, job: null, measured: null } as const;

/** Where a submission comes from, and who is told of each decision that counts. */
interface From extends Pick<Submitter, "parent" | "uid"> {
  readonly queued: QueuedRun | null;
  readonly decided: (step: Step) => void;
}

class Submission {
  readonly #parts: RunParts;
  readonly #client: TaskClient;
  readonly #from: From;
  readonly #started = Promise.withResolvers<Execution | null>();
  #execution: Execution | null = null;
  #stopped: StopCause | null = null;
  /** Ends the waiting in line; null while not waiting. */
  #leave: (() => void) | null = null;

  constructor(parts: RunParts, client: TaskClient, from: From) {
    this.#parts = parts;
    this.#client = client;
    this.#from = from;
  }

  async follow(parse: () => ParsedTask, wait: boolean): Promise<Followed> {
    try {
      const task = parse();
      let step = await this.#step(task, this.#from.queued?.deferred !== true);
      this.#from.decided(step);
      if (outcomeOf(step) === "defer" && wait) step = (await this.#inLine(task, step)) ?? step;
      return { ...step, observation: await this.#execute(step) };
    } finally {
      this.#started.resolve(null);
    }
  }

  async stdin(chunk: Uint8Array | null): Promise<void> {
    const execution = await this.#started.promise;
    await execution?.stdin(chunk);
  }

  signal(name: TaskSignal): void {
    if (this.#execution === null) this.stop("cancelled");
    else this.#execution.signal(name);
  }

  /** Of one that has not started only the first size counts, which came with the run. */
  resize(rows: number, columns: number): void {
    this.#execution?.resize?.(rows, columns);
  }

  stop(cause: StopCause): void {
    if (this.#stopped !== null) return;
    this.#stopped = cause;
    this.#leave?.();
    void this.#started.promise.then((execution) => execution?.stop(cause));
  }

  /** Judges and records. A defer that is not the first is not recorded again: nothing new was decided. */
  async #step(task: ParsedTask, first: boolean): Promise<Step> {
    const { judging, ledger, projection } = this.#parts;
    await ledger.checkRoom();
    const { parent, uid, queued } = this.#from;
    const judgement = await judge(judging, task, { take: true, parent, uid }, queued?.turn);
    const { hold, judged } = judgement;
    if (!first && judged.decision.outcome === "defer") return { judgement, sequence: null };
    try {
      const job = queued?.job ?? null;
      const measured = measuredOf(judgement, judging.names);
      const record = decisionRecord("decision", judged, { hold, job, measured }, sha256);
      const { sequence } = await ledger.append(record);
      projectChild(record.core, sequence, projection);
      const writes = judged.decision.grants?.writes ?? null;
      if (hold !== null) projectHold(hold, sequence, writes, projection);
      return { judgement, sequence };
    } catch (error) {
      // Not acknowledged, so nothing runs on it; if it is durable after all, the next start settles it in full.
      if (hold !== null) this.#drop(hold.id);
      throw error;
    }
  }

  #drop(hold: string): void {
    this.#parts.judging.sums.drop(hold);
    this.#parts.judging.paths.delete(hold);
    this.#parts.judging.lineages.end(hold, null);
    this.#parts.waiting.wake();
  }

  /** Waits until the task is admitted or refused; null when it was stopped first. */
  #inLine(task: ParsedTask, deferred: Step): Promise<Step | null> {
    const { waiting } = this.#parts;
    return new Promise((resolve, reject) => {
      let trying = false;
      const entry = {
        retry: async (): Promise<number | null> => {
          trying = true;
          try {
            const step = await this.#step(task, false);
            const defers = outcomeOf(step) === "defer";
            if (defers && this.#stopped === null) return retryAfter(step);
            if (!defers) this.#from.decided(step);
            resolve(defers ? null : step);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          } finally {
            trying = false;
          }
          return null;
        },
      };
      this.#leave = () => {
        // A try under way may have taken a hold: it ends by itself, and sees that it was stopped.
        if (trying) return;
        waiting.remove(entry);
        resolve(null);
      };
      if (this.#stopped === null) waiting.add(entry, deferred.judgement.judged.decision.retry?.after ?? null);
      else resolve(null);
    });
  }

  async #execute({ judgement, sequence }: Step): Promise<Outcome["observation"]> {
    const { hold, judged } = judgement;
    if (hold === null) return null;
    const { grants } = judged.decision;
    assert(grants !== null && sequence !== null, "an admitted run has grants and a record");
    return this.#parts.launcher.run({ judged, grants, hold, sequence }, this.#client, {
      stopped: () => this.#stopped,
      started: (execution) => {
        this.#execution = execution;
        this.#started.resolve(execution);
      },
    });
  }
}

function outcomeOf({ judgement }: Step): Decision["outcome"] {
  return judgement.judged.decision.outcome;
}

function retryAfter({ judgement }: Step): number {
  return judgement.judged.decision.retry?.after ?? Number.POSITIVE_INFINITY;
}

/** A judgement as clients see it; `sequence` is null where it is not recorded. */
export function decidedOf({ judged, compiled }: Judgement, sequence: number | null): Decided {
  return { sequence, decision: judged.decision, task: judged.task, told: explainDecision(judged, compiled) };
}
