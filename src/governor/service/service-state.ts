// What there is of the service on this machine: its files, and what systemd says of its unit where systemd runs. Asks, and
// changes nothing.
import { existsSync } from "node:fs";
import { type RunCommand, runCommand } from "../../facts/run-command.ts";
import { type FileState, fileState, SERVICE_UNIT, serviceFiles } from "./service-files.ts";

export interface ServiceState {
  /** Whether systemd manages this machine (sd_booted(3)). */
  readonly systemd: boolean;
  /** What systemctl says of the unit (`active`, `inactive`, `failed`…); null: nobody can say. */
  readonly unit: string | null;
  readonly files: readonly { readonly path: string; readonly state: FileState }[];
}

/** The service with its home at `home`. `root`: another folder for `/`; `run`: who answers for systemctl. */
export async function serviceState(
  home: string,
  { root = "/", run = runCommand }: { readonly root?: string; readonly run?: RunCommand } = {},
): Promise<ServiceState> {
  const systemd = existsSync(`${root === "/" ? "" : root}/run/systemd/system`);
  const shown = systemd
    ? await run("/usr/bin/systemctl", ["show", SERVICE_UNIT, "--property=ActiveState", "--no-pager"])
    : null;
  const unit = /^ActiveState=([a-z-]+)$/m.exec(shown ?? "")?.[1] ?? null;
  const files = serviceFiles(home, true).map((file) => ({ path: file.path, state: fileState(file, root) }));
  return { systemd, unit, files };
}
