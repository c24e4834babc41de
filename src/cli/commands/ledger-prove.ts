// `writ ledger prove ID`: a file that proves one record to somebody who has nothing else of the ledger.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneArgument, optionalText } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";
import { progressLine } from "../progress-line.ts";
import { sequenceOf } from "../sequence-of.ts";
import { writeOutput } from "../write-output.ts";

interface Flags extends CommonFlags {
  readonly out: string | undefined;
}

async function ledgerProve(this: CliContext, flags: Flags, id: string): Promise<number> {
  const sequence = sequenceOf(id);
  const { proveHome } = await import("../../governor/prove-home.ts");
  const progress = progressLine(this, "reading the ledger");
  let proof: Uint8Array;
  try {
    proof = await proveHome(homePath(this, flags.home), sequence, progress.tell);
  } finally {
    progress.end();
  }
  const file = flags.out ?? null;
  if (file !== null) writeOutput(file, proof);
  const text = Buffer.from(proof).toString("utf8");
  if (flags.format === "json")
    json(this, "writ.prove/1", { sequence, file, proof: file === null ? text : null });
  else if (file === null) this.process.stdout.write(text);
  else line(this, `record ${sequence} is proved in \`${file}\`: writ ledger verify ${file}`);
  return EXIT.done;
}

export const ledgerProveCommand: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  func: guarded(ledgerProve),
  parameters: {
    flags: { home, format, out: optionalText("Write the proof to FILE (default: standard output)", "FILE") },
    positional: oneArgument("A record's number in the ledger", "ID"),
  },
  docs: { brief: "Prove that a record is in the ledger, in a file that verifies offline" },
});
