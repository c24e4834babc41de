// `writ spec confirm`: keeps the amendment that is on trial.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, onFlag, texts } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line, note } from "../output.ts";
import { printRefusal } from "../print-refusal.ts";
import { signatureFiles } from "../signature-files.ts";

interface Flags extends CommonFlags {
  readonly signature: readonly string[] | undefined;
  readonly statement: boolean;
}

async function specConfirm(this: CliContext, flags: Flags): Promise<number> {
  const signatures = signatureFiles(null, flags.signature);
  const governor = await governorOf(this, flags.home);
  try {
    if (flags.statement) {
      const { statement } = await governor.specStatus();
      if (statement === null) note(this, "error", "no amendment is on trial");
      else this.process.stdout.write(statement);
      return statement === null ? EXIT.refused : EXIT.done;
    }
    const confirmed = await governor.confirm(signatures);
    if (flags.format === "json") json(this, "writ.confirmation/1", { ...confirmed });
    else {
      for (const problem of confirmed.problems) note(this, "note", problem);
      const { refused, hint } = confirmed;
      if (refused === null) line(this, `confirmed: amendment #${confirmed.amendment ?? "-"}`);
      else printRefusal(this, { refused, hint }, null, flags.home);
    }
    return confirmed.outcome === "refused" ? EXIT.refused : EXIT.done;
  } finally {
    await governor.close();
  }
}

export const specConfirmCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(specConfirm),
  parameters: {
    flags: {
      home,
      format,
      signature: texts("A signature of the statement", "FILE"),
      statement: onFlag("Print what a confirmation signs, and stop"),
    },
  },
  docs: {
    brief: "Keep the amendment that is on trial",
    fullDescription:
      "Signed with the home's own key, or by what `--statement` prints, signed with another one.",
  },
});
