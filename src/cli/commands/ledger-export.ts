// `writ ledger export DIR`: static tiles that any web server can serve, and one JSON line for each record.
import { resolve } from "node:path";
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneArgument } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";
import { progressLine } from "../progress-line.ts";

async function ledgerExport(this: CliContext, flags: CommonFlags, to: string): Promise<number> {
  const folder = resolve(to);
  const { exportHome } = await import("../../governor/export-home.ts");
  const progress = progressLine(this, "exporting");
  try {
    const exported = await exportHome(homePath(this, flags.home), folder, progress.tell);
    progress.end();
    if (flags.format === "json") json(this, "writ.export/1", { folder, ...exported });
    else {
      line(this, `${exported.records} records in \`${folder}\`, root ${exported.root}`);
      if (exported.unsealed > 0) line(this, `${exported.unsealed} behind the last checkpoint are not in it`);
      line(this, `check it: writ ledger verify ${folder}`);
    }
  } finally {
    progress.end();
  }
  return EXIT.done;
}

export const ledgerExportCommand: Command<CliContext> = buildCommand<CommonFlags, [string], CliContext>({
  func: guarded(ledgerExport),
  parameters: {
    flags: { home, format },
    positional: oneArgument("A folder that is empty or not there yet", "DIR"),
  },
  docs: { brief: "Write the ledger as static tiles and JSON lines" },
});
