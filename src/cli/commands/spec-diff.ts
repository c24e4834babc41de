// `writ spec diff OLD NEW`: says exactly whether NEW is looser than OLD, field by field, with a request that shows it.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { format, twoArguments } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { type Format, json, line } from "../output.ts";
import { readSpecFile } from "../read-spec-file.ts";

async function specDiff(
  this: CliContext,
  flags: { readonly format: Format },
  older: string,
  newer: string,
): Promise<number> {
  const { compareSpecs } = await import("../../governor/examine-spec.ts");
  const diff = compareSpecs(readSpecFile(older), readSpecFile(newer));
  if (flags.format === "json") json(this, "writ.spec-diff/1", diff);
  else {
    line(this, `the new spec is ${diff.verdict} than the old one`.replace("equal than", "equal to"));
    for (const { field, witness } of diff.looser)
      line(this, `  looser: ${field}: ${witness ?? "no witness"}`);
  }
  return diff.verdict === "looser" ? EXIT.doesNotHold : EXIT.done;
}

export const specDiffCommand: Command<CliContext> = buildCommand<
  { readonly format: Format },
  [string, string],
  CliContext
>({
  func: guarded(specDiff),
  parameters: { flags: { format }, positional: twoArguments("A spec file", "OLD", "NEW") },
  docs: {
    brief: "Compare two spec files: exit 1 when the new one is looser anywhere",
    fullDescription:
      "Exact comparison: names each looser field with a request that only the new spec allows.",
  },
});
