// Makes the launchers that wait: gathers what each needs before its task is known. Not how many are kept (launcher-pool.ts,
// namespace-pool.ts), and not what one is (waiting-launcher.ts).
import { rmSync } from "node:fs";
import type { AheadLimits } from "../limits/limits.ts";
import { openEtcTrees } from "./etc-trees.ts";
import type { PipeMaker, TaskPipes } from "./task-pipes.ts";
import { startWaiting, type WaitingLauncher, type WaitingPlace } from "./waiting-launcher.ts";

/**
 * Starts a launcher that waits in the network namespace of this descriptor, or for null in one with nothing in it; `gate`: in
 * that of the gate. Rejects when it cannot be started; then nothing of it is left.
 */
export type StartLauncher = (net: number | null, gate: boolean) => Promise<WaitingLauncher>;

export interface LauncherParts {
  readonly account: WaitingPlace["account"];
  /** The file of the seccomp program. */
  readonly filter: string;
  /** The executor's run folder, and that of its tasks. */
  readonly run: string;
  readonly tasks: string;
  readonly pipes: PipeMaker;
  readonly groups: () => Promise<AheadLimits>;
}

/** @example const start = launcherMaker({ account, filter, run, tasks, pipes, groups }); */
export function launcherMaker({ account, filter, run, tasks, pipes, groups }: LauncherParts): StartLauncher {
  const trees = openEtcTrees(run);
  let made = 0;
  return async (net, gate) => {
    made += 1;
    const folder = `${tasks}/waiting-${made}`;
    const ahead = await groups();
    let taken: TaskPipes | null = null;
    try {
      taken = await pipes.take();
      const place = { account, filter, folder, etc: trees.take(gate), net };
      return startWaiting(place, { pipes: taken, groups: ahead });
    } catch (cause) {
      taken?.closeTheirs();
      taken?.destroy();
      await ahead.remove();
      rmSync(folder, { recursive: true, force: true });
      throw cause;
    }
  };
}
