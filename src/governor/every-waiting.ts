// All that waits in a governor, to be tried again when something changed: runs in line, and the queue. Not the two themselves.
import type { JobQueue } from "./queue/job-queue.ts";
import { WaitingLine } from "./waiting.ts";

/** What waits, in line and in the queue, which is opened last; `wake` has all of it tried again. */
export function everyWaiting(): {
  readonly waiting: WaitingLine;
  readonly late: { queue: JobQueue | null };
  readonly wake: () => void;
} {
  const waiting = new WaitingLine();
  const late: { queue: JobQueue | null } = { queue: null };
  const wake = (): void => {
    waiting.wake();
    late.queue?.wake();
  };
  return { waiting, late, wake };
}
