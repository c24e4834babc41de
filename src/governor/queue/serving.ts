// Who drains the queue, as the governor's clients see it. Types only; job-queue.ts does it.
import type { Job, JobCounts } from "./job.ts";

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
