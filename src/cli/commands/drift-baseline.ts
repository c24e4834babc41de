// `writ drift baseline`: what was learned, as the bounds that a spec can declare. Changes no spec.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line, note } from "../output.ts";

async function driftBaseline(this: CliContext, flags: CommonFlags): Promise<number> {
  const { measureHome } = await import("../../governor/measure-home.ts");
  const { baseline } = await import("../../measure/baseline.ts");
  const { baselineLines } = await import("../measured-lines.ts");
  const measured = await measureHome(homePath(this, flags.home), (records) =>
    note(this, "note", `${records} records read`),
  );
  const bounds = baseline(measured);
  if (flags.format === "json") json(this, "writ.baseline/1", { executions: measured.executions, bounds });
  else {
    for (const text of baselineLines(measured, bounds)) line(this, text);
    if (bounds.length > 0)
      note(this, "hint", "put these into the spec, then writ spec sign FILE and writ spec adopt FILE");
  }
  return EXIT.done;
}

export const driftBaselineCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(driftBaseline),
  parameters: { flags: { home, format } },
  docs: {
    brief: "Write what was learned as bounds that a spec can declare",
    fullDescription:
      "Prints `measurement:` for governance.yaml: a bound of each metric, for the node and for each task class whose\n" +
      "baseline is frozen. Changes nothing: the spec declares them once it is signed and adopted, and to raise or drop\n" +
      "one later is a loosening.",
  },
});
