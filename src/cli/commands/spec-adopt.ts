// `writ spec adopt FILE`: puts an equal or tighter spec in force. A looser one is refused with the request that shows it.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneArgument } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line, note } from "../output.ts";
import { readSpecFile } from "../read-spec-file.ts";

async function specAdopt(this: CliContext, flags: CommonFlags, file: string): Promise<number> {
  const spec = readSpecFile(file);
  const { openGovernor } = await import("../../governor/open-governor.ts");
  const governor = await openGovernor({ home: homePath(this, flags.home) });
  try {
    const adoption = await governor.adopt(spec);
    if (flags.format === "json") json(this, "writ.adoption/1", { ...adoption });
    else if (adoption.outcome === "refused") {
      note(this, "error", `\`${spec.source}\` is looser than the adopted spec: limit is equal or tighter`);
      for (const { field, witness } of adoption.looser)
        note(this, "note", `looser: ${field}: ${witness ?? "no witness"}`);
      note(
        this,
        "hint",
        "adopt a spec that is equal or tighter on every field; this version has no amendments yet",
      );
    } else {
      line(this, `${adoption.outcome}: spec sha256 ${adoption.spec_hash}`);
    }
    return adoption.outcome === "refused" ? EXIT.refused : EXIT.done;
  } finally {
    await governor.close();
  }
}

export const specAdoptCommand: Command<CliContext> = buildCommand<CommonFlags, [string], CliContext>({
  func: guarded(specAdopt),
  parameters: { flags: { home, format }, positional: oneArgument("A spec file", "FILE") },
  docs: { brief: "Put an equal or tighter spec in force" },
});
