// What goes into the queue and who drains it, as the governor's clients see both. Types only; job-queue.ts does it.
import type { QueueTerms } from "../../task/plan.ts";
import type { Decided } from "../governor.ts";
import type { Job, JobCounts } from "./job.ts";

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
export interface SubmitTerms extends QueueTerms {
  /** Jobs that have to be done first. */
  readonly after: readonly number[];
}

/** Who drains the queue: told of each change, and of each time that nothing can be decided. */
export interface ServeClient {
  changed(job: Job): void;
  paused(message: string, hint: string): void;
}

/** A client that serves. */
export interface Serving {
  /** Resolves when this one need serve no more: it was told to finish and nothing runs, or the queue is empty. */
  readonly ended: Promise<JobCounts>;
  /** Takes no more jobs for this client; ends when what runs has ended. */
  finish(): void;
  /** Ends at once: what runs goes back into the line unless somebody else serves. */
  leave(): void;
}
