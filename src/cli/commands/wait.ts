// `writ wait ID...`: comes back when the jobs have ended, with the exit code of the first that failed.
import { buildCommand, type Command } from "@stricli/core";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { type CommonFlags, files, format, home } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { exitOfJob, jobId, jobLine } from "../job-words.ts";
import { json, line } from "../output.ts";

async function wait(this: CliContext, flags: CommonFlags, ...ids: readonly string[]): Promise<number> {
  if (ids.length === 0)
    throw new WritError("WRIT_USAGE", "no job given", { hint: "writ ps  # then writ wait ID" });
  const numbers = ids.map((id) => jobId(id));
  const governor = await governorOf(this, flags.home);
  try {
    const jobs = await Promise.all(numbers.map((id) => governor.wait(id)));
    if (flags.format === "json") json(this, "writ.waited/1", { jobs });
    else for (const job of jobs) line(this, jobLine(job));
    return jobs.map((job) => exitOfJob(job)).find((code) => code !== 0) ?? 0;
  } finally {
    await governor.close();
  }
}

export const waitCommand: Command<CliContext> = buildCommand<CommonFlags, string[], CliContext>({
  func: guarded(wait),
  parameters: { flags: { home, format }, positional: files("The number of a job", "ID") },
  docs: {
    brief: "Wait until jobs have ended",
    fullDescription:
      "Exit code: 0 when all are done; else of the first that is not its own code, 126 refused, 125 cancelled or not run.",
  },
});
