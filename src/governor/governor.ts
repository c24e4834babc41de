// The public surface of a governor, as the library, the command line and tests use it. Types only; open-governor.ts
// gives one that talks to the home's on-demand governor process over its socket.

import type { Decision } from "../decide/decision.ts";
import type { Facts, NarrowedFact, NarrowingStep } from "../decide/facts.ts";
import type { Observation, Terminal } from "../enforce/execution.ts";
import type { Task } from "../task/task.ts";
import type { ImpactReport } from "./amend/impact.ts";
import type { SignatureFile } from "./amend/signatures.ts";
import type { SpecStatus, SpecStep } from "./amend/spec-state.ts";
import type { SpecComparison } from "./examine-spec.ts";
import type { Job, JobCounts } from "./queue/job.ts";
import type { OutputStream } from "./queue/job-outputs.ts";
import type { TaskDraft } from "./task-draft.ts";
import type { TaskInput } from "./task-input.ts";
import type { LastChallenge, SeenCoverage } from "./unattended/watch-book.ts";

export type { TaskInput };

/** A decision and where it stands. `sequence` is null for `decide`, which records nothing. */
export interface Decided {
  readonly sequence: number | null;
  readonly decision: Decision;
  readonly task: Task;
  /** The decision as a person would want it told (decide/explain.ts), computed by the governor; escaped. */
  readonly told: readonly ToldSection[];
}

/** One part of a told decision: a heading and its lines, plain text. */
export interface ToldSection {
  readonly title: string;
  readonly lines: readonly string[];
}

/** How a run ended: decided only, or decided and executed. */
export interface Outcome extends Decided {
  readonly observation: Observation | null;
}

export type TakeOutput = ((chunk: Uint8Array) => void) | ((chunk: Uint8Array) => Promise<void>);

export interface RunOptions {
  /** Wait while the decision is `defer` (default), or come back at once. */
  readonly wait: boolean;
  /** A promise holds back what comes next, and with it the task, until it resolves. One that rejects ends the task. */
  readonly stdout: TakeOutput;
  readonly stderr: TakeOutput;
  /** Each decision on the way (a defer first, then the admit). */
  readonly decided?: (decided: Decided) => void;
  readonly stdin?: AsyncIterable<Uint8Array>;
  /**
   * Gives the task a terminal of its own, of this kind and size; what that shows comes as `stdout`, and `stdin` is typed into
   * it. Whoever has the real one puts it into raw mode meanwhile.
   */
  readonly terminal?: RunTerminal;
  /**
   * Asks the task to end when aborted, as Ctrl-C does: its process group gets the signal that the abort's reason names,
   * "SIGHUP", "SIGINT" or "SIGTERM" (any other: SIGTERM). A task that does not run yet is not started. What the task makes
   * of it is its own outcome; `signal` ends one that makes nothing of it.
   */
  readonly interrupt?: AbortSignal;
  /** Ends the task when aborted: no process of it is asked. */
  readonly signal?: AbortSignal;
}

export interface RunTerminal extends Terminal {
  /** Called once; `resized` is to be told each change of size. */
  readonly watch: (resized: (rows: number, columns: number) => void) => void;
}

export interface Adoption {
  readonly outcome: "adopted" | "refused" | "unchanged";
  readonly spec_hash: string;
  readonly sequence: number | null;
  /** Each field in which it is looser, with a request that only the new spec allows, or null when there is none to show. */
  readonly looser: readonly { readonly field: string; readonly witness: string | null }[];
  /** Why not, and what to do; null: it was adopted. */
  readonly refused: string | null;
  readonly hint: string | null;
  /** Signatures that do not count, and why, a line each. */
  readonly problems: readonly string[];
}

/** What came of proposing a looser spec. */
export interface Proposed {
  readonly outcome: "proposed" | "refused";
  /** Of the record that proposed it first: its name. */
  readonly amendment: number | null;
  readonly state: "proposed" | "cooling" | "trial" | null;
  /** ms of ledger time until it may be adopted. */
  readonly left_ms: number | null;
  readonly signatures: number;
  readonly quorum: number;
  /** Proposed in the founding period: it waits ten minutes and has no trial. */
  readonly founding: boolean;
  readonly looser: Adoption["looser"];
  /** When and how it came about, a line each: soon after a refusal, at night, in small steps. */
  readonly flags: readonly string[];
  /** Which recorded decisions would have been others. */
  readonly impact: ImpactReport | null;
  readonly refused: string | null;
  readonly hint: string | null;
  readonly problems: readonly string[];
}

/** What came of confirming the amendment on trial. */
export interface Confirmed {
  readonly outcome: "confirmed" | "refused";
  readonly amendment: number | null;
  readonly refused: string | null;
  readonly hint: string | null;
  readonly problems: readonly string[];
}

/** How a spec compares with what is in force, and which recorded decisions would have been others. */
export interface SpecImpact {
  readonly comparison: SpecComparison;
  readonly report: ImpactReport;
}

/** A spec that is handed in. */
export interface SpecInput {
  readonly bytes: Uint8Array;
  readonly source: string;
  /** Absent: it is signed here with the home's own key, if that needs no password. */
  readonly signatures?: readonly SignatureFile[];
}

/** An index that a client laid beside the one in force, and what it adds. */
export interface Enrol {
  /** SHA-256 of the index, and of the one that it was made of, hexadecimal; null: nothing was enrolled. */
  readonly index_hash: string;
  readonly before: string | null;
  readonly files: readonly EnrolledSource[];
}

/** What one file adds. */
export interface EnrolledSource {
  /** As it was named. */
  readonly file: string;
  readonly name: string;
  readonly as: "values" | "document";
  /** At least 1. */
  readonly count: number;
  /** Keyed, of all that it adds, 32 hexadecimal digits. */
  readonly digest: string;
}

export interface Enrolled {
  readonly sequence: number;
}

/** A removal that was refused and recorded: what each would have let through. */
export interface Removal {
  readonly sequence: number;
  readonly looser: readonly {
    readonly name: string;
    readonly as: "values" | "document";
    readonly count: number;
    /** When it was enrolled first, UTC. */
    readonly since: string;
  }[];
}

/** Which payloads are to be erased: those of these records, of records with an earlier wall time (RFC 3339, UTC, ms), or all. */
export type EraseRequest =
  | { readonly sequences: readonly number[] }
  | { readonly before: string }
  | { readonly all: true };

export interface ErasedPayloads {
  readonly payloads: number;
  /** Named, and needed: the spec in force, jobs that have not ended. */
  readonly kept: number;
  /** The records that say so. */
  readonly records: readonly number[];
}

/** A change of the signing key. */
export interface RotatedKey {
  /** The record that says so. */
  readonly sequence: number;
  /** Verifier keys, C2SP signed-note: the one that signed until now, and the one that signs from now on. */
  readonly from: string;
  readonly to: string;
}

export interface Governor {
  /** No side effect and no record. */
  decide(input: TaskInput): Promise<Decided>;
  /** Like `decide`, with one ledger record of kind `check`; takes no hold. */
  check(input: TaskInput): Promise<Decided>;
  /** Decide, record, permit, execute, settle. Throws `WritError` when nothing could be decided or started. */
  run(input: TaskInput, options: RunOptions): Promise<Outcome>;
  /** The recorded decision with its task, facts and settlement if any. Throws WRIT_RECORD_UNKNOWN. */
  explain(sequence: number): Promise<Explained>;
  /**
   * The declaration that the run of decision `sequence` would have needed, on top of `merge`, an earlier draft of it. Grants
   * and records nothing. Throws WRIT_RECORD_UNKNOWN, and WRIT_TASK_INVALID for what is no draft of the same command.
   */
  draft(sequence: number, merge?: TaskInput): Promise<TaskDraft>;
  /** Erases payloads of the ledger, recorded first. Throws WRIT_RECORD_UNKNOWN for a number that the ledger does not hold. */
  erase(request: EraseRequest): Promise<ErasedPayloads>;
  /**
   * Replaces the key that signs ledger and writs; the governor ends with it, and the next one has the new key. Throws
   * WRIT_GOVERNOR_BUSY while a task runs.
   */
  rotate(): Promise<RotatedKey>;
  /** Puts a signed spec in force that is no looser, or one whose amendment has cooled off. Throws WRIT_SPEC_INVALID, WRIT_KEY_UNUSABLE. */
  adopt(spec: SpecInput): Promise<Adoption>;
  /** Proposes a looser spec, or signs the open proposal of the same bytes. `progress` is told of the report. Throws WRIT_SPEC_INVALID, WRIT_KEY_UNUSABLE. */
  amend(spec: SpecInput, why: string, progress?: (decided: number, of: number) => void): Promise<Proposed>;
  /** What a spec would have decided otherwise. Records nothing. Throws WRIT_SPEC_INVALID. */
  impact(
    spec: Omit<SpecInput, "signatures">,
    progress?: (decided: number, of: number) => void,
  ): Promise<SpecImpact>;
  /** Confirms the amendment on trial. Absent signatures: the home's own key signs. */
  confirm(signatures?: readonly SignatureFile[]): Promise<Confirmed>;
  /** Drops the open amendment, or takes back what is on trial; null: there is none. */
  withdraw(): Promise<{ readonly amendment: number | null }>;
  /** Ends the founding period for ever. */
  closeFounding(): Promise<{ readonly closed: boolean }>;
  specStatus(): Promise<SpecStatus>;
  specLog(): Promise<readonly SpecStep[]>;
  /** Records the claim that a refusal was wrong, and grants nothing. Throws WRIT_RECORD_UNKNOWN. */
  appeal(sequence: number, why: string): Promise<{ readonly sequence: number }>;
  /** Writes the adopted spec's bytes back to the home's `governance.yaml`. */
  restore(): Promise<{ readonly spec_hash: string }>;
  /** Puts an index in force that holds all that is enrolled and more, recorded first. Throws WRIT_HOME_UNSAFE. */
  enrol(request: Enrol): Promise<Enrolled>;
  /** Refuses to remove what is enrolled under `names`, recorded. Throws WRIT_USAGE for a name that nothing has. */
  remove(names: readonly string[]): Promise<Removal>;
  /**
   * Takes a task or plan into the queue. What would be refused now is not taken: no jobs, and the decision. Throws
   * WRIT_TASK_INVALID, WRIT_JOB_UNKNOWN, WRIT_QUEUE_FULL.
   */
  submit(input: TaskInput, terms: SubmitTerms): Promise<Submitted>;
  /** Jobs that have not ended and the last that have, oldest first; `all`: up to 1,000 in all. */
  jobs(all: boolean): Promise<{ readonly jobs: readonly Job[]; readonly counts: JobCounts }>;
  /** Ends a job, running or not; resolves when it has ended. Throws WRIT_JOB_UNKNOWN. */
  cancel(job: number): Promise<Job>;
  /** Resolves when a job has ended. Throws WRIT_JOB_UNKNOWN. */
  wait(job: number): Promise<Job>;
  /** At most 1 MiB of what the last start of a job wrote, from byte `from` on. Throws WRIT_JOB_UNKNOWN. */
  output(job: number, stream: OutputStream, from: number): Promise<JobOutput>;
  /**
   * Drains the queue until `finish` aborts and what runs has ended, or with `untilEmpty` until no job is left. Rejects with
   * WRIT_GOVERNOR_LOST when the governor ends first: what ran is started again by the next one that serves.
   */
  serve(options: ServeOptions): Promise<JobCounts>;
  /** Halts the node or takes it offline, at once and until it is lifted; resolves when it is recorded and what ran has ended. */
  narrow(step: NarrowingStep): Promise<Narrowed>;
  /** Lifts a step with signatures of its statement; absent: with one by the home's own key. */
  lift(step: NarrowingStep, signatures?: readonly SignatureFile[]): Promise<Lifted>;
  /** What lifting a step signs; null: it is not in force. */
  liftStatement(step: NarrowingStep): Promise<string | null>;
  status(): Promise<GovernorStatus>;
  close(): Promise<void>;
}

/** What came of a submission into the queue. */
export interface Submitted {
  /** The jobs, a plan's in the order of its dependencies; empty: refused. */
  readonly jobs: readonly { readonly id: number; readonly name: string }[];
  /** Ledger sequence of the plan; null: a single task. */
  readonly plan: number | null;
  /** How it would be decided now; of a plan the first refusal, null where there is none. */
  readonly decided: Decided | null;
}

/** How a submission waits, beside what a plan says itself. */
export interface SubmitTerms {
  /** Of a task, as in a plan's entry; null: the default. The entries of a plan say their own: there it is null. */
  readonly priority: number | null;
  readonly deadline: string | null;
  readonly retries_max: number | null;
  /** Jobs that have to be done first. */
  readonly after: readonly number[];
}

/** A part of a job's output. */
export interface JobOutput {
  readonly bytes: Uint8Array;
  /** Where the next part begins. */
  readonly next: number;
  /** Whether the job has ended, so that nothing follows an empty part. */
  readonly ended: boolean;
}

export interface ServeOptions {
  readonly untilEmpty: boolean;
  /** Called for each job whenever its state changes. */
  readonly changed?: (job: Job) => void;
  /** Nothing can be decided for a while, and what to do. */
  readonly paused?: (message: string, hint: string) => void;
  /** Takes no more jobs when aborted. */
  readonly finish?: AbortSignal;
}

export interface Explained {
  readonly sequence: number;
  readonly kind: "decision" | "check";
  readonly wall: string;
  readonly leaf: string;
  readonly decision: Decision;
  readonly task: Task | null;
  readonly facts: Facts;
  readonly told: readonly ToldSection[];
  readonly settlement: { readonly sequence: number; readonly observation: Observation } | null;
}

/** What came of narrowing the node. */
export interface Narrowed {
  readonly step: NarrowingStep;
  /** Ledger sequence of the record that put the step in force, now or before. */
  readonly record: number;
  /** Tasks that were ended by it now. */
  readonly ended: number;
}

/** What came of lifting a step. */
export interface Lifted {
  readonly step: NarrowingStep;
  readonly outcome: "lifted" | "refused";
  /** Ledger sequence; null: refused. */
  readonly record: number | null;
  /** Why it was refused, and what to do; null: it was not. */
  readonly refused: string | null;
  readonly hint: string | null;
  /** Why signatures do not count, a line each. */
  readonly problems: readonly string[];
}

export interface GovernorStatus {
  readonly node: string;
  readonly pid: number;
  readonly version: string;
  readonly spec_hash: string;
  readonly spec_name: string;
  readonly records: number;
  readonly running: number;
  readonly waiting: number;
  /** Jobs of the queue by state. */
  readonly jobs: JobCounts;
  /** How far the node is narrowed; null: it is not. */
  readonly narrowed: NarrowedFact | null;
  readonly isolation: string;
  readonly limits: string;
  /** The verifier key of the ledger, C2SP signed-note. */
  readonly log_key: string;
  /** What no quorum of the spec's witnesses holds: records, and ledger seconds since one last held a head (null: never). */
  readonly unwitnessed: { readonly records: number; readonly seconds: number | null };
  /** Those of the spec: records of the last head each holds, and why not of the one after; null: it was not refused. */
  readonly witnesses: readonly {
    readonly name: string;
    readonly size: number;
    readonly cause: string | null;
  }[];
  /** Drift alarms of the last seven days of ledger time; 64 at most are counted. */
  readonly alarms: number;
  /** The last scheduled challenge, and how long ago it was; null: there was none. */
  readonly challenge: (Omit<LastChallenge, "time"> & { readonly seconds: number }) | null;
  /** What of the scheduled work goes through Writ, as last looked at, and before that moved; null: never looked at. */
  readonly coverage:
    | (Omit<SeenCoverage, "time"> & { readonly before: Omit<SeenCoverage, "time"> | null })
    | null;
  /** Why the last notice reached nobody; null: it did, or there was none. */
  readonly untold: string | null;
}
