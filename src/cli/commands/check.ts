// `writ check`: decides a task without running it. Takes no hold and leaves one record of kind `check`.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { exitOfDecision } from "../exit-codes.ts";
import { oneOptionalArgument, type TaskFlags, taskFlags } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json } from "../output.ts";
import { printDecided } from "../print-decided.ts";
import { taskInput } from "../task-input.ts";

async function check(this: CliContext, flags: TaskFlags, file?: string): Promise<number> {
  const input = await taskInput(this, file, flags);
  const governor = await governorOf(this, flags.home);
  try {
    const decided = await governor.check(input);
    if (flags.format === "json") json(this, "writ.decided/1", { ...decided });
    else printDecided(this, "stdout", decided);
    return exitOfDecision(decided.decision.outcome);
  } finally {
    await governor.close();
  }
}

export const checkCommand: Command<CliContext> = buildCommand<TaskFlags, [file?: string], CliContext>({
  func: guarded(check),
  parameters: {
    flags: taskFlags,
    positional: oneOptionalArgument("A task file", "FILE"),
  },
  docs: {
    brief: "Decide a task without running it",
    fullDescription:
      "Decides FILE, the command behind `--` or a shipped profile, and says why. Exit code: 0 admit, 2 refuse, 75 defer, 3 invalid.",
    customUsage: [
      "FILE",
      "[flags] -- COMMAND [ARGUMENT...]",
      "--profile NAME[=HOST] [flags] [-- ARGUMENT...]",
    ],
  },
});
