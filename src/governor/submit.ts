// The way of a submitted task: judged, recorded, and if admitted run; if deferred, kept waiting and judged again. Each
// step is durable before the next one begins.
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
import type { LiveRun, RunClient } from "./server/governing.ts";
import type { WaitingLine } from "./waiting.ts";
import type { TaskSignal } from "./wire/task-signal.ts";

export interface SubmitParts {
  readonly judging: JudgeParts & { readonly paths: Map<string, HoldPaths> };
  readonly ledger: KeptLedger;
  readonly launcher: Launcher;
  readonly projection: Projection;
  readonly waiting: WaitingLine;
}

/** A decision, and its hold when it was admitted to run. */
interface Step {
  readonly decided: Decided;
  readonly judgement: Judgement;
}

/** Decides `input` without a record or a hold. */
export async function decideOnly(parts: SubmitParts, input: TaskInput): Promise<Decided> {
  const judgement = await judge(parts.judging, taskOf(input), ASKED);
  return decidedOf(judgement, null);
}

/** Decides `input` and records it as a `check`; takes no hold. */
export async function checkOnly(parts: SubmitParts, input: TaskInput): Promise<Decided> {
  await parts.ledger.checkRoom();
  const judgement = await judge(parts.judging, taskOf(input), ASKED);
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
}

/** Submits `input` to run. */
export function submitRun(
  parts: SubmitParts,
  input: TaskInput,
  { client, wait, parent }: Submitter,
): LiveRun {
  return liveRun(new Submission(parts, client, { parent, queued: null }), () => taskOf(input), wait);
}

/** What a task that comes out of the queue is. */
export interface QueuedRun {
  readonly job: number;
  /** Whether it was deferred before: then another defer is not recorded, as nothing new is decided. */
  readonly deferred: boolean;
  readonly turn: JudgeTurn;
}

/** Decides a task of the queue, and runs it when it is admitted. A defer is its outcome: it does not wait here. */
export function submitQueued(
  parts: SubmitParts,
  parsed: ParsedTask,
  queued: QueuedRun,
  client: RunClient,
): LiveRun {
  return liveRun(new Submission(parts, client, { parent: null, queued }), () => parsed, false);
}

function liveRun(run: Submission, task: () => ParsedTask, wait: boolean): LiveRun {
  return {
    outcome: run.follow(task, wait),
    stdin: (chunk) => run.stdin(chunk),
    signal: (name) => run.signal(name),
    resize: (rows, columns) => run.resize(rows, columns),
    stop: (cause) => run.stop(cause),
  };
}

const NO_HOLD = { hold: null, job: null, measured: null } as const;

class Submission {
  readonly #parts: SubmitParts;
  readonly #client: RunClient;
  readonly #parent: string | null;
  readonly #started = Promise.withResolvers<Execution | null>();
  #execution: Execution | null = null;
  #stopped: StopCause | null = null;
  /** Ends the waiting in line; null while not waiting. */
  #leave: (() => void) | null = null;

  readonly #queued: QueuedRun | null;

  constructor(
    parts: SubmitParts,
    client: RunClient,
    from: { readonly parent: string | null; readonly queued: QueuedRun | null },
  ) {
    this.#parts = parts;
    this.#client = client;
    this.#parent = from.parent;
    this.#queued = from.queued;
  }

  async follow(parse: () => ParsedTask, wait: boolean): Promise<Outcome> {
    try {
      const task = parse();
      let step = await this.#step(task, this.#queued?.deferred !== true);
      this.#client.decided(step.decided);
      if (step.decided.decision.outcome === "defer" && wait) step = (await this.#inLine(task, step)) ?? step;
      return { ...step.decided, observation: await this.#execute(step) };
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
    const wish = { take: true, parent: this.#parent };
    const judgement = await judge(judging, task, wish, this.#queued?.turn);
    const { hold, judged } = judgement;
    if (!first && judged.decision.outcome === "defer")
      return { decided: decidedOf(judgement, null), judgement };
    try {
      const job = this.#queued?.job ?? null;
      const measured = measuredOf(judgement, judging.names);
      const record = decisionRecord("decision", judged, { hold, job, measured }, sha256);
      const { sequence } = await ledger.append(record);
      projectChild(record.core, sequence, projection);
      const writes = judged.decision.grants?.writes ?? null;
      if (hold !== null) projectHold(hold, sequence, writes, projection);
      return { decided: decidedOf(judgement, sequence), judgement };
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
            const defers = step.decided.decision.outcome === "defer";
            if (defers && this.#stopped === null) return retryAfter(step);
            if (!defers) this.#client.decided(step.decided);
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
      if (this.#stopped === null) waiting.add(entry, deferred.decided.decision.retry?.after ?? null);
      else resolve(null);
    });
  }

  async #execute({ decided, judgement }: Step): Promise<Outcome["observation"]> {
    const { hold, judged } = judgement;
    if (hold === null) return null;
    const { grants } = decided.decision;
    assert(grants !== null && decided.sequence !== null, "an admitted run has grants and a record");
    return this.#parts.launcher.run({ judged, grants, hold, sequence: decided.sequence }, this.#client, {
      stopped: () => this.#stopped,
      started: (execution) => {
        this.#execution = execution;
        this.#started.resolve(execution);
      },
    });
  }
}

function retryAfter(step: Step): number {
  return step.decided.decision.retry?.after ?? Number.POSITIVE_INFINITY;
}

/** A judgement as clients see it; `sequence` is null where it is not recorded. */
export function decidedOf({ judged, compiled }: Judgement, sequence: number | null): Decided {
  return { sequence, decision: judged.decision, task: judged.task, told: explainDecision(judged, compiled) };
}
