// How jobs of the queue are written on a terminal: one line each, and what a number on the command line names. Asks nobody.
import type { Job } from "../governor/queue/job.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { formatReadable } from "../stdx/readable-quantity.ts";
import { WritError } from "../stdx/writ-error.ts";

/** Characters of a job's name in a line. */
const NAME_MAX = 40;

/** The id that `text` names, with or without `#`. Throws WRIT_USAGE. */
export function jobId(text: string): number {
  const digits = /^#?(0|[1-9][0-9]{0,14})$/u.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(text, 40)}\` is not the number of a job`, {
    hint: "writ ps  # lists the jobs and their numbers",
  });
}

/** A table of jobs with aligned columns; its head is the first line. `now` is the wall clock, ms. */
export function jobTable(jobs: readonly Job[], now: number): readonly string[] {
  const rows = jobs.map((job) => [
    String(job.id),
    job.state,
    String(job.priority),
    formatReadable("duration", Math.max(0, now - Date.parse(job.queued))),
    nameOf(job),
    saysOf(job),
  ]);
  const all = [["ID", "STATE", "PRIORITY", "QUEUED", "NAME", "WHY"], ...rows];
  const widths = all[0]?.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0))) ?? [];
  return all.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** One change of a job, for somebody who watches. */
export function jobLine(job: Job): string {
  const says = saysOf(job);
  return `#${job.id} ${nameOf(job)}: ${job.state}${says === "" ? "" : ` (${says})`}`;
}

/** What its end means for a shell: 0 done, its own code when it ran to an end, 126 refused, 125 for everything else. */
export function exitOfJob({ state, exit_code }: Job): number {
  if (state === "done") return 0;
  if (state === "refused") return 126;
  return exit_code !== null && exit_code > 0 ? exit_code : 125;
}

function nameOf({ name }: Job): string {
  return name === "" ? "(erased)" : escapeUntrusted(name, NAME_MAX);
}

function saysOf(job: Job): string {
  const words: string[] = [];
  if (job.waits_for > 0 && job.state === "waiting")
    words.push(`after ${job.waits_for} other${job.waits_for === 1 ? "" : "s"}`);
  if (job.cause !== null && job.cause !== "exited") words.push(job.cause.replaceAll("_", " "));
  if (job.exit_code !== null) words.push(`exit ${job.exit_code}`);
  if (job.retry_after !== null) words.push(`again in ${formatReadable("duration", job.retry_after)}`);
  if (job.attempts > 1) words.push(`start ${job.attempts}`);
  return words.join(", ");
}
