// `writ lift halted|offline`: ends a narrowing of the node, with an operator's signature.
import { buildCommand, type Command } from "@stricli/core";
import type { NarrowingStep } from "../../decide/facts.ts";
import { quoteUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, onFlag, texts } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { homeInHint } from "../home-in-hint.ts";
import { json, line, note } from "../output.ts";
import { signatureFiles } from "../signature-files.ts";

interface Flags extends CommonFlags {
  readonly signature: readonly string[] | undefined;
  readonly statement: boolean;
}

async function lift(this: CliContext, flags: Flags, word: string): Promise<number> {
  const step = stepOf(word);
  const signatures = signatureFiles(null, flags.signature);
  const governor = await governorOf(this, flags.home);
  try {
    if (flags.statement) {
      const statement = await governor.liftStatement(step);
      if (statement === null) note(this, "error", `the node is not ${step}`);
      else this.process.stdout.write(statement);
      return statement === null ? EXIT.refused : EXIT.done;
    }
    const lifted = await governor.lift(step, signatures);
    if (flags.format === "json") json(this, "writ.lifted/1", { ...lifted });
    else {
      for (const problem of lifted.problems) note(this, "note", problem);
      if (lifted.refused === null)
        line(this, `lifted: the node is no longer ${step}  (record #${lifted.record})`);
      else {
        note(this, "error", lifted.refused);
        note(this, "hint", homeInHint(lifted.hint ?? "", flags.home));
      }
    }
    return lifted.outcome === "refused" ? EXIT.refused : EXIT.done;
  } finally {
    await governor.close();
  }
}

function stepOf(word: string): NarrowingStep {
  if (word === "halted" || word === "offline") return word;
  throw new WritError("WRIT_USAGE", `${quoteUntrusted(word)} is no step: halted and offline are`, {
    hint: "writ status  # says what is in force",
  });
}

export const liftCommand: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  func: guarded(lift),
  parameters: {
    flags: {
      home,
      format,
      signature: texts("A signature of the statement", "FILE"),
      statement: onFlag("Print what lifting signs, and stop"),
    },
    positional: {
      kind: "tuple",
      parameters: [{ brief: "halted or offline", parse: String, placeholder: "STEP" }],
    },
  },
  docs: {
    brief: "Lift what `writ halt` or `writ offline` took away",
    fullDescription:
      "Signed with the home's own key, or by what `--statement` prints, signed by another signer of the spec. Restores no more than the spec in force.\nExit code: 0 lifted; 2 refused.",
  },
});
