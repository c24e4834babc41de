// Opens the queue of a governor for the node that it is on. Not the queue itself (job-queue.ts).
import type { Observer } from "../../facts/observe.ts";
import type { SubmitParts } from "../submit.ts";
import type { JobBook } from "./job-book.ts";
import { JobOutputs } from "./job-outputs.ts";
import { JobQueue } from "./job-queue.ts";

/** The queue, when what a crash left between two records has ended. */
export async function openQueue(
  submit: SubmitParts,
  book: JobBook,
  { observer, outputs }: { readonly observer: Observer; readonly outputs: string },
): Promise<JobQueue> {
  const { memory_total, cpu } = await observer.node();
  const queue = new JobQueue({
    submit,
    book,
    outputs: new JobOutputs(outputs),
    capacity: { memory: memory_total, cpu },
    wall: () => new Date(),
  });
  await queue.resume();
  return queue;
}
