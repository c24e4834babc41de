// `writ drift`: how much of an alarm stands for each metric, and the alarms there were.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line, note } from "../output.ts";

async function driftShow(this: CliContext, flags: CommonFlags): Promise<number> {
  const { measureHome } = await import("../../governor/measure-home.ts");
  const { driftLines } = await import("../measured-lines.ts");
  const measured = await measureHome(homePath(this, flags.home), (records) =>
    note(this, "note", `${records} records read`),
  );
  if (flags.format === "json") {
    const { metrics, classes, alarms, changes, specs } = measured;
    json(this, "writ.drift/1", { metrics, classes, alarms, changes, specs });
  } else for (const text of driftLines(measured)) line(this, text);
  return EXIT.done;
}

export const driftShowCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(driftShow),
  parameters: { flags: { home, format } },
  docs: { brief: "Show how much of an alarm stands, and the alarms there were" },
});
