// `writ measure`: what the ledger shows of sovereignty, privacy and limits, on one screen.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line, note } from "../output.ts";

async function measure(this: CliContext, flags: CommonFlags): Promise<number> {
  const { measureHome } = await import("../../governor/measure-home.ts");
  const { measuredLines } = await import("../measured-lines.ts");
  const measured = await measureHome(homePath(this, flags.home), (records) =>
    note(this, "note", `${records} records read`),
  );
  if (flags.format === "json") json(this, "writ.measure/1", measured);
  else for (const text of measuredLines(measured)) line(this, text);
  return EXIT.done;
}

export const measureCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(measure),
  parameters: { flags: { home, format } },
  docs: { brief: "Show what the ledger measures: sovereignty, privacy, limits, refusals" },
});
