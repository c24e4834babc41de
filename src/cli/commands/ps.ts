// `writ ps`: the jobs of the queue, a line each.
import { buildCommand, type Command } from "@stricli/core";
import type { Job, JobCounts } from "../../governor/queue/job.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, onFlag } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { jobTable } from "../job-words.ts";
import { json, line, note } from "../output.ts";

interface Flags extends CommonFlags {
  readonly all: boolean;
}

async function ps(this: CliContext, flags: Flags): Promise<number> {
  const governor = await governorOf(this, flags.home);
  try {
    const { jobs, counts } = await governor.jobs(flags.all);
    if (flags.format === "json") json(this, "writ.jobs/1", { jobs, counts });
    else tell(this, jobs, counts, flags.all);
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

function tell(context: CliContext, jobs: readonly Job[], counts: JobCounts, all: boolean): void {
  if (jobs.length === 0) note(context, "note", "the queue is empty");
  else for (const text of jobTable(jobs, Date.now())) line(context, text);
  const hidden = Object.values(counts).reduce((sum, count) => sum + count, 0) - jobs.length;
  if (hidden > 0) note(context, "note", all ? `${hidden} more` : `${hidden} more; --all shows up to 1,000`);
}

export const psCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(ps),
  parameters: { flags: { home, format, all: onFlag("Up to 1,000 jobs, ended ones too") } },
  docs: { brief: "List the jobs of the queue" },
});
