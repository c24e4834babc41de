// `writ submit`: puts a task or a plan into the queue. Nothing runs until somebody serves.
import { buildCommand, type Command } from "@stricli/core";
import { WritError } from "../../stdx/writ-error.ts";
import { PRIORITY_MAX, RETRIES_DEFAULT, RETRIES_MAX } from "../../task/plan.ts";
import type { CliContext } from "../context.ts";
import { EXIT, RUN_EXIT } from "../exit-codes.ts";
import { oneOptionalArgument, optionalText, type TaskFlags, taskFlags, texts } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { jobId } from "../job-words.ts";
import { json, line, note } from "../output.ts";
import { printDecided } from "../print-decided.ts";
import { taskInput } from "../task-input.ts";

interface Flags extends TaskFlags {
  readonly priority: string | undefined;
  readonly deadline: string | undefined;
  readonly retries: string | undefined;
  readonly after: readonly string[] | undefined;
}

async function submit(this: CliContext, flags: Flags, file?: string): Promise<number> {
  const { priority, deadline, retries, after, ...task } = flags;
  const terms = {
    priority: countOf("priority", priority, PRIORITY_MAX),
    deadline: deadline ?? null,
    retries_max: countOf("retries", retries, RETRIES_MAX),
    after: (after ?? []).map((text) => jobId(text)),
  };
  const input = await taskInput(this, file, task);
  const governor = await governorOf(this, flags.home);
  try {
    const submitted = await governor.submit(input, terms);
    if (flags.format === "json") {
      const { jobs, plan, decided } = submitted;
      json(this, "writ.submitted/1", {
        jobs,
        plan,
        refused: jobs.length === 0 ? (decided?.sequence ?? null) : null,
      });
    }
    if (submitted.jobs.length === 0) {
      if (submitted.decided !== null && flags.format === "human")
        printDecided(this, "stderr", submitted.decided);
      return RUN_EXIT.refused;
    }
    if (flags.format === "human") {
      for (const { id, name } of submitted.jobs) line(this, `#${id}  ${name}`);
      note(this, "hint", "writ serve  # runs what waits; writ ps shows it");
    }
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

function countOf(flag: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null;
  const count = /^[0-9]{1,9}$/u.test(text) ? Number(text) : Number.NaN;
  if (count <= most) return count;
  throw new WritError("WRIT_USAGE", `\`--${flag}\` takes 0 to ${most}`, { hint: "writ submit --help" });
}

export const submitCommand: Command<CliContext> = buildCommand<Flags, [file?: string], CliContext>({
  func: guarded(submit),
  parameters: {
    flags: {
      ...taskFlags,
      priority: optionalText(`Higher goes first, 0 to ${PRIORITY_MAX} (default: 0)`, "N"),
      deadline: optionalText("The latest start: a time from now, or an instant (RFC 3339)", "TIME"),
      retries: optionalText(
        `Starts again after a cause that passes, 0 to ${RETRIES_MAX} (default: ${RETRIES_DEFAULT})`,
        "N",
      ),
      after: texts("A job that has to be done first", "ID"),
    },
    positional: oneOptionalArgument("A task file or a plan", "FILE"),
  },
  docs: {
    brief: "Put a task or a plan into the queue",
    fullDescription:
      "Takes FILE (a task, or a plan of several with what each comes after) or the command behind `--` into the queue.\n" +
      "What would be refused now is refused now. Prints the number of each job; `writ serve` runs them.\n" +
      "Exit code: 0 taken, 126 refused, 3 invalid, 64 usage.",
    customUsage: ["[flags] FILE", "[flags] -- COMMAND [ARGUMENT...]"],
  },
});
