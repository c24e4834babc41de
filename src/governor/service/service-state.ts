// What there is of the service on this machine: its files, and what systemd says of its unit where systemd runs. Asks, and
// changes nothing.
import { existsSync } from "node:fs";
import { type RunCommand, runCommand } from "../../facts/run-command.ts";
import { executorFile, MACHINE, type Missing } from "./executor-file.ts";
import { type FileState, fileState, serviceFiles } from "./service-files.ts";
import { EXECUTOR_UNIT, SERVICE_UNIT } from "./service-units.ts";

export interface ServiceState {
  /** Whether systemd manages this machine (sd_booted(3)). */
  readonly systemd: boolean;
  /** What systemctl says of each unit (`active`, `inactive`, `failed`…); null: nobody can say. */
  readonly units: readonly { readonly name: string; readonly state: string | null }[];
  readonly files: readonly { readonly path: string; readonly state: FileState }[];
  /** Why the executor's file cannot be told; null: it can. */
  readonly missing: Missing | null;
}

/** The service with its home at `home`. `root`: another folder for `/`; `run`: who answers for systemctl. */
export async function serviceState(
  home: string,
  { root = "/", run = runCommand }: { readonly root?: string; readonly run?: RunCommand } = {},
): Promise<ServiceState> {
  const below = root === "/" ? "" : root;
  const systemd = existsSync(`${below}/run/systemd/system`);
  const units = [EXECUTOR_UNIT, SERVICE_UNIT].map(async (name) => {
    const ask = ["show", name, "--property=ActiveState", "--no-pager"];
    const shown = systemd ? await run("/usr/bin/systemctl", ask) : null;
    return { name, state: /^ActiveState=([a-z-]+)$/m.exec(shown ?? "")?.[1] ?? null };
  });
  const executor = await executorFile(home, { ...MACHINE, passwd: `${below}${MACHINE.passwd}` });
  const parts = { pinned: true, executor: executor.ok ? executor.value.text : null };
  const files = serviceFiles(home, parts).map((file) => ({ path: file.path, state: fileState(file, root) }));
  const missing = executor.ok ? null : executor.error;
  return { systemd, units: await Promise.all(units), files, missing };
}
