// `writ spec diff [OLD] NEW`: says exactly whether NEW is looser than OLD, field by field, with a request that shows it.
// Without OLD it is held against the spec in force, and the last recorded decisions are decided with it.
import { buildCommand, type Command } from "@stricli/core";
import type { ImpactReport } from "../../governor/amend/impact.ts";
import { tellImpact, tellLooser } from "../../governor/amend/tell-amendment.ts";
import type { SpecComparison } from "../../governor/examine-spec.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, files, format, home } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line } from "../output.ts";
import { progressOf } from "../progress.ts";
import { readSpecFile } from "../read-spec-file.ts";

async function specDiff(this: CliContext, flags: CommonFlags, ...named: readonly string[]): Promise<number> {
  const [first, second, ...more] = named;
  if (first === undefined || more.length > 0) {
    throw new WritError("WRIT_USAGE", `spec diff was given ${named.length} files: limit is one or two`, {
      hint: "writ spec diff --help",
    });
  }
  const { compareSpecs } = await import("../../governor/examine-spec.ts");
  const [diff, impact] =
    second === undefined
      ? await againstInForce(this, flags, first)
      : [compareSpecs(readSpecFile(first), readSpecFile(second)), null];
  if (flags.format === "json") json(this, "writ.spec-diff/1", { ...diff, impact });
  else {
    line(this, `the new spec is ${diff.verdict} than the old one`.replace("equal than", "equal to"));
    if (diff.looser.length > 0) for (const told of tellLooser(diff.looser)) line(this, told);
    if (impact !== null) for (const told of tellImpact(impact)) line(this, told);
  }
  return diff.verdict === "looser" ? EXIT.doesNotHold : EXIT.done;
}

async function againstInForce(
  context: CliContext,
  flags: CommonFlags,
  file: string,
): Promise<readonly [SpecComparison, ImpactReport]> {
  const spec = readSpecFile(file);
  const governor = await governorOf(context, flags.home);
  try {
    const { comparison, report } = await governor.impact(spec, progressOf(context));
    return [comparison, report];
  } finally {
    await governor.close();
  }
}

export const specDiffCommand: Command<CliContext> = buildCommand<CommonFlags, string[], CliContext>({
  func: guarded(specDiff),
  parameters: { flags: { home, format }, positional: files("[OLD] NEW: one spec file, or two") },
  docs: {
    brief: "Compare two spec files, or one with what is in force: exit 1 when it is looser anywhere",
    fullDescription:
      "Exact comparison: names each looser field with a request that only the new spec allows. With one file, it also says\n" +
      "which of the last recorded decisions would have run.",
  },
});
