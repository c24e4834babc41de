// `writ spec amend FILE --why REASON`: proposes a looser spec, with the report on what it would have let through.
import { buildCommand, type Command } from "@stricli/core";
import { tellProposed } from "../../governor/amend/tell-amendment.ts";
import { shellQuote } from "../../stdx/shell-quote.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneArgument, texts, whyFlag } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line, note } from "../output.ts";
import { printRefusal } from "../print-refusal.ts";
import { progressOf } from "../progress.ts";
import { readSpecFile } from "../read-spec-file.ts";
import { signatureFiles } from "../signature-files.ts";

interface Flags extends CommonFlags {
  readonly why: string;
  readonly signature: readonly string[] | undefined;
}

async function specAmend(this: CliContext, flags: Flags, file: string): Promise<number> {
  const spec = readSpecFile(file);
  const signatures = signatureFiles(file, flags.signature);
  const governor = await governorOf(this, flags.home);
  try {
    const given = { ...spec, ...(signatures === undefined ? {} : { signatures }) };
    const proposed = await governor.amend(given, flags.why, progressOf(this));
    if (flags.format === "json") json(this, "writ.amendment/1", { ...proposed });
    else {
      for (const problem of proposed.problems) note(this, "note", problem);
      const { refused, hint } = proposed;
      const told = refused === null ? tellProposed(proposed, shellQuote(file)) : [];
      for (const one of told) line(this, one);
      if (refused !== null) printRefusal(this, { refused, hint }, file, flags.home);
    }
    return proposed.outcome === "refused" ? EXIT.refused : EXIT.done;
  } finally {
    await governor.close();
  }
}

export const specAmendCommand: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  func: guarded(specAmend),
  parameters: {
    flags: {
      home,
      format,
      why: whyFlag,
      signature: texts("A signature of it, beside FILE.minisig and FILE.sig", "FILE"),
    },
    positional: oneArgument("A spec file", "FILE"),
  },
  docs: {
    brief: "Propose a looser spec: it cools off, then `spec adopt` tries it",
    fullDescription:
      "Shows what the spec would let through and which recorded decisions would have run. Given again with another\n" +
      "signature, it adds that one. Changes nothing by itself.",
  },
});
