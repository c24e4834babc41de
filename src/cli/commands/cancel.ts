// `writ cancel ID...`: ends jobs, running or not.
import { buildCommand, type Command } from "@stricli/core";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, files, format, home } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { jobId, jobLine } from "../job-words.ts";
import { json, line } from "../output.ts";

async function cancel(this: CliContext, flags: CommonFlags, ...ids: readonly string[]): Promise<number> {
  if (ids.length === 0)
    throw new WritError("WRIT_USAGE", "no job given", { hint: "writ ps  # then writ cancel ID" });
  const numbers = ids.map((id) => jobId(id));
  const governor = await governorOf(this, flags.home);
  try {
    const jobs = [];
    for (const id of numbers) jobs.push(await governor.cancel(id));
    if (flags.format === "json") json(this, "writ.cancelled/1", { jobs });
    else for (const job of jobs) line(this, jobLine(job));
    return jobs.every(({ state }) => state === "cancelled") ? EXIT.done : EXIT.doesNotHold;
  } finally {
    await governor.close();
  }
}

export const cancelCommand: Command<CliContext> = buildCommand<CommonFlags, string[], CliContext>({
  func: guarded(cancel),
  parameters: { flags: { home, format }, positional: files("The number of a job", "ID") },
  docs: {
    brief: "End jobs, running or not",
    fullDescription:
      "Ends each job ID and what comes after it. Exit code: 0 when all of them are cancelled, 1 when one had ended before.",
  },
});
