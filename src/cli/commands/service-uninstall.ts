// `writ service uninstall`: says what would be taken away, and takes it with `--apply`. The home with its ledger stays, always.
import { buildCommand, type Command } from "@stricli/core";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, onFlag } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { json, line, note } from "../output.ts";

interface Flags extends CommonFlags {
  readonly apply: boolean;
}

async function uninstall(this: CliContext, flags: Flags): Promise<number> {
  const service = await import("../../governor/service/service-files.ts");
  const { EXECUTOR_UNIT, SERVICE_UNIT } = await import("../../governor/service/service-units.ts");
  const { serviceState } = await import("../../governor/service/service-state.ts");
  const home = flags.home ?? service.SERVICE_HOME;
  const { systemd, units, files } = await serviceState(home);
  const stop = `systemctl disable --now ${SERVICE_UNIT} ${EXECUTOR_UNIT}`;
  if (flags.apply) {
    // A unit that nobody can tell of on a machine that systemd manages may still run.
    const live = units.find(({ state }) => systemd && state !== "inactive" && state !== "failed");
    if (live !== undefined)
      throw new WritError("WRIT_SERVICE_REFUSED", `${live.name} is ${live.state ?? "unknown"}`, {
        hint: stop,
      });
    service.removeServiceFiles(service.serviceFiles(home, { pinned: true, executor: null }));
  }
  if (flags.format === "json") {
    json(this, "writ.service-uninstall/1", { home, written: flags.apply, files, stop });
    return EXIT.done;
  }
  if (!flags.apply) line(this, stop);
  for (const { path, state } of files) {
    if (state === "foreign") line(this, `# ${path} is not of this service and stays`);
    else if (state !== "missing") line(this, `rm ${path}`);
  }
  note(this, "note", flags.apply ? "the files above were removed" : "nothing was changed");
  note(this, "note", `the home and its ledger stay in ${home}: writ ledger verify --home ${home}`);
  return EXIT.done;
}

export const serviceUninstallCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(uninstall),
  parameters: { flags: { home, format, apply: onFlag("Take the files away, as root") } },
  docs: { brief: "Print, or with --apply do, what takes the service away; the ledger stays" },
});
