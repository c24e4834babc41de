// `writ logs ID`: what the last start of a job wrote, each stream to its own.
import { setTimeout as sleep } from "node:timers/promises";
import { buildCommand, type Command } from "@stricli/core";
import type { Governor } from "../../governor/governor.ts";
import type { OutputStream } from "../../governor/queue/job-outputs.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { home, oneArgument, onFlag } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { jobId } from "../job-words.ts";

interface Flags {
  readonly home: string | undefined;
  readonly follow: boolean;
}

/** Between two looks at a job that still runs, ms. */
const PAUSE_MS = 250;

async function logs(this: CliContext, flags: Flags, id: string): Promise<number> {
  const job = jobId(id);
  const governor = await governorOf(this, flags.home);
  try {
    const copied: Record<OutputStream, number> = { stdout: 0, stderr: 0 };
    for (;;) {
      let ended = true;
      for (const stream of ["stdout", "stderr"] as const) {
        const part = await copy(this, governor, { job, stream, from: copied[stream] });
        copied[stream] = part.next;
        ended &&= part.ended;
      }
      if (ended || !flags.follow) return EXIT.done;
      await sleep(PAUSE_MS);
    }
  } finally {
    await governor.close();
  }
}

/** Copies what there is of a stream from `from` on. */
async function copy(
  { process }: CliContext,
  governor: Governor,
  { job, stream, from }: { readonly job: number; readonly stream: OutputStream; readonly from: number },
): Promise<{ readonly next: number; readonly ended: boolean }> {
  for (let at = from; ; ) {
    const { bytes, next, ended } = await governor.output(job, stream, at);
    if (bytes.length === 0) return { next, ended };
    if (!process[stream].write(bytes)) await new Promise((resolve) => process[stream].once("drain", resolve));
    at = next;
  }
}

export const logsCommand: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  func: guarded(logs),
  parameters: {
    flags: { home, follow: onFlag("Go on until the job has ended") },
    positional: oneArgument("The number of a job", "ID"),
    aliases: { f: "follow" },
  },
  docs: { brief: "Show what a job wrote to its output and error" },
});
