// `writ spec restore`: writes the adopted spec's exact bytes back over an edited or missing governance.yaml.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line } from "../output.ts";

async function specRestore(this: CliContext, flags: CommonFlags): Promise<number> {
  const governor = await governorOf(this, flags.home);
  try {
    const restored = await governor.restore();
    if (flags.format === "json") json(this, "writ.restored/1", { ...restored });
    else line(this, `restored: spec sha256 ${restored.spec_hash}`);
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

export const specRestoreCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(specRestore),
  parameters: { flags: { home, format } },
  docs: { brief: "Write the adopted spec back over an edited or missing governance.yaml" },
});
