// `writ spec adopt FILE`: puts a signed spec in force that is equal or tighter, or a looser one whose amendment has cooled
// off. Anything else is refused with the request that shows it.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneArgument, texts } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line, note } from "../output.ts";
import { printRefusal } from "../print-refusal.ts";
import { readSpecFile } from "../read-spec-file.ts";
import { signatureFiles } from "../signature-files.ts";

interface Flags extends CommonFlags {
  readonly signature: readonly string[] | undefined;
}

async function specAdopt(this: CliContext, flags: Flags, file: string): Promise<number> {
  const spec = readSpecFile(file);
  const signatures = signatureFiles(file, flags.signature);
  const governor = await governorOf(this, flags.home);
  try {
    const adoption = await governor.adopt({ ...spec, ...(signatures === undefined ? {} : { signatures }) });
    if (flags.format === "json") json(this, "writ.adoption/1", { ...adoption });
    else {
      for (const problem of adoption.problems) note(this, "note", problem);
      const { refused, hint, looser } = adoption;
      if (refused === null) line(this, `${adoption.outcome}: spec sha256 ${adoption.spec_hash}`);
      else printRefusal(this, { refused, hint, looser }, file, flags.home);
    }
    return adoption.outcome === "refused" ? EXIT.refused : EXIT.done;
  } finally {
    await governor.close();
  }
}

export const specAdoptCommand: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  func: guarded(specAdopt),
  parameters: {
    flags: { home, format, signature: texts("A signature of it, beside FILE.minisig and FILE.sig", "FILE") },
    positional: oneArgument("A spec file", "FILE"),
  },
  docs: {
    brief: "Put a signed spec in force: equal or tighter at once, looser once its amendment cooled off",
    fullDescription:
      "Takes the signatures beside the file (FILE.minisig, FILE.sig) and those named; without any, the home's own key signs.",
  },
});
