// `writ task draft ID`: prints the declaration that a blocked run would have needed. It grants nothing.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneArgument, optionalText } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json } from "../output.ts";
import { sequenceOf } from "../sequence-of.ts";
import { taskFileInput } from "../task-input.ts";

interface Flags extends CommonFlags {
  readonly merge: string | undefined;
}

async function taskDraft(this: CliContext, flags: Flags, id: string): Promise<number> {
  const sequence = sequenceOf(id);
  const merge = flags.merge === undefined ? undefined : taskFileInput(this, flags.merge);
  const governor = await governorOf(this, flags.home);
  try {
    const draft = await governor.draft(sequence, merge);
    if (flags.format === "json") json(this, "writ.task_draft/1", { ...draft });
    // Lines of its own, and escaped where it was written (stdx/schema/write-yaml.ts).
    else this.process.stdout.write(draft.text);
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

export const taskDraftCommand: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  func: guarded(taskDraft),
  parameters: {
    flags: { home, format, merge: optionalText("An earlier draft of the same command to add to", "FILE") },
    positional: oneArgument("The number of a decision", "ID"),
  },
  docs: {
    brief: "Draft the declaration that a blocked run would have needed",
    fullDescription:
      "Prints the task of decision ID with a call for each thing its run was refused, as a task file with comments.\n" +
      "It grants nothing: read it, cut it, and run or check it like any task.",
    customUsage: ["[--merge FILE] ID"],
  },
});
