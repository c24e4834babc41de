// `writ service status`: which files of the service are there, and whether systemd runs its units. Where no systemd runs it
// says so; whether a governor runs is `writ status`.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { json, line, note } from "../output.ts";

async function status(this: CliContext, flags: CommonFlags): Promise<number> {
  const { SERVICE_HOME } = await import("../../governor/service/service-files.ts");
  const { serviceState } = await import("../../governor/service/service-state.ts");
  const home = flags.home ?? SERVICE_HOME;
  const state = await serviceState(home);
  if (flags.format === "json") json(this, "writ.service-status/1", { home, ...state });
  else {
    for (const unit of state.units) line(this, `unit   ${unit.name}: ${unit.state ?? "unknown"}`);
    for (const file of state.files) line(this, `file   ${file.path}: ${file.state}`);
    if (state.missing !== null) note(this, "note", state.missing.message);
    if (!state.systemd)
      note(this, "note", "no systemd here: start the lines after ExecStart= of both units by hand");
  }
  return state.units.every((unit) => unit.state === "active") ? EXIT.done : EXIT.doesNotHold;
}

export const serviceStatusCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(status),
  parameters: { flags: { home, format } },
  docs: { brief: "Show whether the service is installed and runs" },
});
