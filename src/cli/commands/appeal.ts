// `writ appeal ID --why REASON`: records the claim that a refusal was wrong. Grants nothing.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneArgument, whyFlag } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line } from "../output.ts";
import { sequenceOf } from "../sequence-of.ts";

interface Flags extends CommonFlags {
  readonly why: string;
}

async function appeal(this: CliContext, flags: Flags, id: string): Promise<number> {
  const decision = sequenceOf(id);
  const governor = await governorOf(this, flags.home);
  try {
    const { sequence } = await governor.appeal(decision, flags.why);
    if (flags.format === "json") json(this, "writ.appeal/1", { sequence, decision });
    else line(this, `recorded: appeal #${sequence} against #${decision}; it grants nothing`);
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

export const appealCommand: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  func: guarded(appeal),
  parameters: {
    flags: { home, format, why: whyFlag },
    positional: oneArgument("The number of a decision", "ID"),
  },
  docs: { brief: "Record that a refusal was wrong; grants nothing" },
});
