// Starts one sandbox: spawns the launcher, waits until the sandbox stands, and gives the word to go. Knows nothing of
// writs, time or accounts; executor.ts does.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { WritError } from "../../stdx/writ-error.ts";
import { coveredStdio } from "../inherited-descriptors.ts";
import { CONTROL_FD, LAUNCHER_PATH, STAGE_CHANGED } from "./launcher-scripts.ts";
import type { TaskPipes } from "./task-pipes.ts";

export interface LaunchCommand {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly pipes: TaskPipes;
  /** Which descriptor of ours the launcher gets as which of its own; 0 to 2 and `CONTROL_FD` are set here. */
  readonly descriptors: ReadonlyMap<number, number>;
  /** The first program goes on listening for sizes after the word to go. */
  readonly terminal?: boolean;
}

/** A sandbox that stands, with its first program waiting. */
export interface Standing {
  readonly child: ChildProcess;
  readonly pipes: TaskPipes;
  /** Host pid of the task's first process. */
  readonly first: number;
  /** Lets the task start. */
  readonly go: () => void;
  /** Gives the task's terminal a new size; without a terminal nothing happens. */
  readonly resize: (rows: number, columns: number) => void;
}

/** ms that a sandbox may take to stand; then it is killed. A loaded machine takes some tens of ms. */
const STANDS_WITHIN = 15_000;
/** Bytes kept of what the launcher said. */
const SAID_MAX = 4096;

/**
 * Resolves once the sandbox stands. Rejects with `WritError` WRIT_LAUNCH_FAILED (or WRIT_GRANT_CHANGED, when the stage
 * found another thing than was granted); then no process of it is left.
 */
export async function launch(command: LaunchCommand): Promise<Standing> {
  const child = spawnLauncher(command);
  const control = child.stdio[CONTROL_FD] as Duplex;
  control.on("error", () => child.kill("SIGKILL"));
  const said = collect(command.pipes);
  const ready = await readiness(child, control);
  said.stop();
  const first = ready ? firstProcess(child) : null;
  if (first !== null)
    return { child, pipes: command.pipes, first, ...words(control, command.terminal === true) };
  const code = await gone(child);
  command.pipes.destroy();
  throw code === STAGE_CHANGED ? stageChanged() : launchFailed(said.text(), code);
}

/** What can still be said to the first program. */
function words(control: Duplex, terminal: boolean): Pick<Standing, "go" | "resize"> {
  if (!terminal) return { go: () => void control.end("go\n"), resize: () => undefined };
  return {
    go: () => {
      // From here on it is the task's to end whoever listens: that costs it its sizes and nothing else.
      control.removeAllListeners("error");
      control.on("error", () => undefined);
      control.write("go\n");
    },
    resize: (rows, columns) => {
      if (control.writable) control.write(`${rows} ${columns}\n`);
    },
  };
}

function spawnLauncher({
  program,
  arguments: args,
  variables,
  pipes,
  descriptors,
}: LaunchCommand): ChildProcess {
  const { stdio, close } = coveredStdio(pipes.theirs);
  const place = (index: number, what: "pipe" | number): void => {
    while (stdio.length <= index) stdio.push("ignore");
    stdio[index] = what;
  };
  try {
    place(CONTROL_FD, "pipe");
    for (const [theirs, ours] of descriptors) place(theirs, ours);
    return spawn(program, args, { stdio, cwd: "/", env: { PATH: LAUNCHER_PATH, ...variables } });
  } finally {
    close();
    pipes.closeTheirs();
  }
}

/** Until the sandbox stands, what comes out of it is the launcher's; afterwards it is the task's. */
function collect({ stderr }: TaskPipes): { stop(): void; text(): string } {
  const chunks: Buffer[] = [];
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
  };
  stderr.on("data", take);
  return {
    stop: () => {
      stderr.off("data", take);
      stderr.pause();
    },
    text: () => Buffer.concat(chunks).subarray(0, SAID_MAX).toString("utf8").trim(),
  };
}

function readiness(child: ChildProcess, control: Duplex): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(false);
    }, STANDS_WITHIN);
    const settle = (ready: boolean): void => {
      clearTimeout(timer);
      resolve(ready);
    };
    control.once("data", (chunk: Buffer) => settle(chunk.toString("latin1") === "ready\n"));
    control.once("close", () => settle(false));
    child.once("error", () => settle(false));
    child.once("exit", () => settle(false));
  });
}

/** bwrap's monitor has one child, process 1 of the namespace; that one has one child, the first program. */
function firstProcess(child: ChildProcess): number | null {
  const init = child.pid === undefined ? null : onlyChild(child.pid);
  const first = init === null ? null : onlyChild(init);
  if (first === null) child.kill("SIGKILL");
  return first;
}

function onlyChild(pid: number): number | null {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ");
    const only = Number(children[0]);
    return children.length === 1 && Number.isSafeInteger(only) && only > 1 ? only : null;
  } catch {
    return null; // Gone already: the caller fails closed.
  }
}

function gone(child: ChildProcess): Promise<number | null> {
  child.kill("SIGKILL");
  if (child.pid === undefined) return Promise.resolve(null);
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

function stageChanged(): WritError {
  return new WritError("WRIT_GRANT_CHANGED", "a granted path changed while it was being mounted", {
    hint: "submit the task again",
  });
}

function launchFailed(said: string, code: number | null): WritError {
  const words = JSON.stringify(said.split("\n").slice(-2).join("; "));
  return new WritError(
    "WRIT_LAUNCH_FAILED",
    `the sandbox ended with ${code ?? "a signal"} before it stood: ${words}`,
    {
      hint: "writ doctor",
    },
  );
}
