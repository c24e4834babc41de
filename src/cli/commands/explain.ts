// `writ explain ID`: tells a recorded decision as a person would want it told.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneArgument } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line } from "../output.ts";
import { printTold } from "../print-decided.ts";
import { sequenceOf } from "../sequence-of.ts";

async function explain(this: CliContext, flags: CommonFlags, id: string): Promise<number> {
  const sequence = sequenceOf(id);
  const governor = await governorOf(this, flags.home);
  try {
    const explained = await governor.explain(sequence);
    if (flags.format === "json") json(this, "writ.explained/1", { ...explained });
    else {
      printTold(this, "stdout", explained.told);
      line(this, `ledger: record ${explained.sequence} of ${explained.wall}, leaf ${explained.leaf}`);
    }
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

export const explainCommand: Command<CliContext> = buildCommand<CommonFlags, [string], CliContext>({
  func: guarded(explain),
  parameters: { flags: { home, format }, positional: oneArgument("The number of a decision", "ID") },
  docs: {
    brief: "Tell a recorded decision: what was asked, measured, the limit, the cause, what passes instead",
  },
});
