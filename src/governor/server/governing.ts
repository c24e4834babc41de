// What a governor process does for its clients, as the socket server sees it. Types only: govern.ts composes one.
import type { StopCause, Terminal } from "../../enforce/execution.ts";
import type { WritError } from "../../stdx/writ-error.ts";
import type {
  Decided,
  Enrol,
  Enrolled,
  ErasedPayloads,
  EraseRequest,
  Explained,
  GovernorStatus,
  JobOutput,
  Outcome,
  Removal,
  RotatedKey,
  SubmitTerms,
  Submitted,
  TaskInput,
} from "../governor.ts";
import type { Job, JobCounts } from "../queue/job.ts";
import type { OutputStream } from "../queue/job-outputs.ts";
import type { ServeClient, Serving } from "../queue/serving.ts";
import type { SeenHead } from "../remembered-head.ts";
import type { TaskDraft } from "../task-draft.ts";
import type { SpecRequest } from "../wire/amend-messages.ts";
import type { NarrowRequest } from "../wire/narrow-messages.ts";
import type { TaskSignal } from "../wire/task-signal.ts";

/** Where what a task writes goes. Called in order, never after `outcome` settled. */
export interface TaskClient {
  /** A promise: the client takes no more until it resolves, and the task is to wait. */
  stdout(chunk: Uint8Array): void | Promise<void>;
  stderr(chunk: Uint8Array): void | Promise<void>;
  /** The client's terminal, of which the task gets one of the same kind and size; absent: it has none. */
  readonly terminal?: Terminal | null;
}

/** Where a running request's answers go on the way. */
export interface RunClient extends TaskClient {
  decided(decided: Decided): void;
}

/** A submitted run, from its first decision to its settlement. */
export interface LiveRun {
  /** Rejects with a `WritError` when nothing could be decided or started. */
  readonly outcome: Promise<Outcome>;
  /** Input for the task, kept until it starts; null ends it. Resolves when it was handed over. */
  stdin(chunk: Uint8Array | null): Promise<void>;
  /** Sends the signal to a task that runs; one that does not run yet is not started, and does not wait any more. */
  signal(name: TaskSignal): void;
  /** A new size for the task's terminal. */
  resize(rows: number, columns: number): void;
  /** Ends the task, or the waiting for it. Idempotent. */
  stop(cause: StopCause): void;
}

/** `uid`, where there is one: whose socket it came in at; else it is the governor's own. */
export interface Governing {
  decide(input: TaskInput, uid?: number): Promise<Decided>;
  check(input: TaskInput, uid?: number): Promise<Decided>;
  run(input: TaskInput, wait: boolean, client: RunClient, uid?: number): LiveRun;
  explain(sequence: number): Promise<Explained>;
  draft(sequence: number, merge: TaskInput | null): Promise<TaskDraft>;
  /** Everything that is asked about the spec and its changes. */
  spec(request: SpecRequest, progress: (decided: number, of: number) => void): Promise<unknown>;
  erase(request: EraseRequest): Promise<ErasedPayloads>;
  /** Replaces the signing key; the governor then ends. */
  rotate(): Promise<RotatedKey>;
  enrol(request: Enrol): Promise<Enrolled>;
  remove(names: readonly string[]): Promise<Removal>;
  submit(input: TaskInput, terms: SubmitTerms, uid?: number): Promise<Submitted>;
  jobs(all: boolean): Promise<{ readonly jobs: readonly Job[]; readonly counts: JobCounts }>;
  cancel(job: number): Promise<Job>;
  wait(job: number): Promise<Job>;
  output(job: number, stream: OutputStream, from: number): Promise<JobOutput>;
  serve(client: ServeClient, untilEmpty: boolean): Serving;
  /** The RESULT of a request of narrowing (wire/messages.ts). */
  narrow(request: NarrowRequest, uid?: number): Promise<unknown>;
  status(): Promise<GovernorStatus>;
  /** `error` as whoever asked may see it: without what may not be shown. Never rejects. */
  unsaid(error: WritError): Promise<WritError>;
  /** The principal of the spec in force that `uid` is; null: none. */
  principalOf(uid: number): string | null;
  /** What a client is to remember of the ledger; null in a home for play. */
  head(): SeenHead | null;
  /** Stops every task, waits for the settlements, signs a checkpoint and lets go of the ledger. */
  close(): Promise<void>;
}
