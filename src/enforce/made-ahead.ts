// What of a task's start was made before the task was known: which launcher and control groups it gets, and when those of the
// next one are made. Not the making (sandbox/launcher-maker.ts).
import type { Grants } from "../decide/decision.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Execution } from "./execution.ts";
import type { Limits, TaskBounds, TaskLimits } from "./limits/limits.ts";
import type { LauncherPool } from "./sandbox/launcher-pool.ts";
import type { ReadyNamespace } from "./sandbox/namespace-pool.ts";
import { covers } from "./sandbox/open-grants.ts";
import { TERMINAL_PROCESSES } from "./sandbox/terminal-command.ts";
import type { WaitingLauncher } from "./sandbox/waiting-launcher.ts";
import type { WritClaims } from "./writ/claims.ts";

/** What is asked for; `terminal`: one of the task's own. */
export interface AskedStart {
  readonly grants: Grants;
  readonly terminal: boolean;
}

/** A launcher that waits in the task's namespace, or in one with nothing in it; null: none, or none that can become its own. */
export async function waitingFor(
  asked: AskedStart,
  namespace: ReadyNamespace | null,
  launchers: LauncherPool | null,
): Promise<WaitingLauncher | null> {
  const may = mayWait(asked);
  if (namespace === null) return may ? (launchers?.take() ?? null) : null;
  if (!may) await namespace.launcher?.end();
  return may ? namespace.launcher : null;
}

/** Whether a launcher that knows nothing of the task yet can become its own. */
export function mayWait({ grants, terminal }: AskedStart): boolean {
  const short = grants.command.reduce((sum, word) => sum + word.length, 0) <= WAITED_COMMAND_MAX;
  return grants.provider === null && !terminal && short && !showsEtc(grants);
}

/** Characters of a command that is told to a waiting launcher: its shell reads them one by one. */
const WAITED_COMMAND_MAX = 4096;

/** Whether a grant has its place in /etc, all of which a waiting launcher has as it is. */
function showsEtc({ reads, writes, toolchain, executable, arguments: files, directory }: Grants): boolean {
  const places = [...reads, ...writes, ...toolchain, executable, ...files].map(({ path }) => path);
  return [...places, directory].some((path) => covers("/etc", path));
}

/** Where limits are taken from; `holders`: of live tasks that may have children, by the fence of their writ. */
export interface LimitsPlace {
  readonly limits: Limits;
  readonly holders: ReadonlyMap<number, TaskLimits>;
}

/**
 * The bounds of the task, inside those of the task that submitted it; in the groups that its launcher waited in, where that
 * can be. Throws what `Limits.create` throws, and WRIT_WRIT_INVALID when the task around has ended.
 */
export async function takeLimits(
  { fence, parent, grants }: WritClaims,
  { limits, holders }: LimitsPlace,
  { terminal, waiting }: { readonly terminal: boolean; readonly waiting: WaitingLauncher | null },
): Promise<TaskLimits> {
  const id = `task-${fence}`;
  const sandbox = SANDBOX_PROCESSES[limits.tier];
  const processes = grants.processes + sandbox + (terminal ? TERMINAL_PROCESSES : 0);
  const bounds = { ...grants, processes };
  const holds = grants.submits > 0;
  const own = parent === null && !holds && waiting !== null ? become(waiting, bounds) : null;
  if (own !== null) return own;
  if (parent === null) return limits.create(id, bounds, holds);
  const around = holders.get(parent);
  if (around?.nest === undefined) {
    throw new WritError("WRIT_WRIT_INVALID", "the task that submitted this one has ended", {
      hint: "submit the task again: a writ serves one start of one task",
    });
  }
  return around.nest(id, { bounds, sandbox, holds });
}

/**
 * Processes of the sandbox that the limits count beside the task's own: bubblewrap's first process, and its monitor,
 * which stands outside the user namespace that RLIMIT_NPROC counts in.
 */
const SANDBOX_PROCESSES = { cgroup: 2, soft: 1 } as const;

/** Null: those groups cannot have the bounds; groups made for the task can, or say why not. */
function become({ groups }: WaitingLauncher, bounds: TaskBounds): TaskLimits | null {
  try {
    return groups.become(bounds);
  } catch {
    return null;
  }
}

/** Does `work` when the task ended or ran for a while: what the next one needs is not made in the time of this one's start. */
export function soon(execution: Execution, work: () => void): void {
  const timer = setTimeout(work, REFILL_WITHIN);
  timer.unref();
  const atEnd = async (): Promise<void> => {
    await execution.ended;
    clearTimeout(timer);
    // After whoever waits for the end.
    setImmediate(work);
  };
  void atEnd();
}

/** ms; longer than a task takes to get going on a loaded machine. */
const REFILL_WITHIN = 50;
