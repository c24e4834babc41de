// A sandbox that another process starts: root's executor, in a service. What it is asked, and what it cannot do. Not how it is
// asked (served/executor-link.ts).
import { WritError } from "../stdx/writ-error.ts";
import type { Task } from "../task/task.ts";
import type { Terminal } from "./execution.ts";
import type { TaskLimits } from "./limits/limits.ts";
import type { Standing } from "./sandbox/launch.ts";
import type { PreparedNamespace } from "./sandbox/prepare-namespace.ts";
import type { TaskPipes } from "./sandbox/task-pipes.ts";

/** As `startSandbox`, by somebody who verifies the writ himself; takes over what it is given as that does. */
export type StandElsewhere = (elsewhere: {
  readonly token: string;
  readonly task: Task;
  readonly pipes: TaskPipes;
  readonly limits: TaskLimits;
  readonly namespace: PreparedNamespace | null;
  readonly variables: Readonly<Record<string, string>>;
  /** PEM of the gate's root, for a task whose network is the gate's. */
  readonly certificate: string | null;
  readonly terminal: Terminal | null;
}) => Promise<Standing>;

/** Its listening socket is ours, and cannot be handed to who starts the task. */
export function noProvider(name: string): WritError {
  return new WritError("WRIT_LAUNCH_FAILED", `the provider \`${name}\` cannot run under this service`, {
    hint: "run it as a unit of the host whose addresses are denied: writ doctor prints the lines",
  });
}
