// Starts one sandbox: spawns the launcher, waits until the sandbox stands, and gives the word to go. Knows nothing of
// writs, time or accounts; executor.ts does.
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { shellQuote } from "../../stdx/shell-quote.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { coveredStdio } from "../inherited-descriptors.ts";
import { firstProcess } from "./first-process.ts";
import { CONTROL_FD, LAUNCHER_PATH, STAGE_CHANGED } from "./launcher-scripts.ts";
import type { TaskSignal } from "./signal-group.ts";
import type { Stage } from "./stage.ts";
import type { TaskPipes } from "./task-pipes.ts";
import type { WaitingLauncher } from "./waiting-launcher.ts";

export interface LaunchCommand {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly pipes: TaskPipes;
  /** Which descriptor of ours the launcher gets as which of its own; 0 to 2 and `CONTROL_FD` are set here. */
  readonly descriptors: ReadonlyMap<number, number>;
  /** The first program goes on listening for sizes after the word to go. */
  readonly terminal?: boolean;
  /** Puts the launcher into the task's control groups, for one that may not do so itself. */
  readonly join?: JoinGroups;
}

/** Resolves when the process is in the groups of its task; rejects with a `WritError`. */
export type JoinGroups = (pid: number) => Promise<void>;

/** A sandbox that stands, with its first program waiting. */
export interface Standing {
  readonly child: StandingProcess;
  readonly pipes: TaskPipes;
  /** Host pid of the task's first process. */
  readonly first: number;
  /** Lets the task start. */
  readonly go: () => void;
  /** Gives the task's terminal a new size; without a terminal nothing happens. */
  readonly resize: (rows: number, columns: number) => void;
  /** Sends a signal to the task's process group, where we may not do so ourselves. */
  readonly signal?: (name: TaskSignal) => void;
}

/** Bubblewrap's monitor, or what stands for it here: with its end nothing of the sandbox is left. */
export interface StandingProcess {
  readonly pid?: number | undefined;
  readonly exitCode: number | null;
  readonly signalCode: NodeJS.Signals | null;
  kill(signal: "SIGKILL"): boolean;
  once(event: "exit", ended: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
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
  const ready = (await joined(child, control, command.join)) && (await wordOf(child, control)) === "ready";
  said.stop();
  const first = ready ? firstOf(child) : null;
  if (first !== null)
    return { child, pipes: command.pipes, first, ...words(control, command.terminal === true) };
  const code = await gone(child);
  command.pipes.destroy();
  throw code === STAGE_CHANGED ? stageChanged() : launchFailed(said.text(), code);
}

/** Whether the launcher is where it is to be: in the control groups that somebody else puts it in. */
async function joined(child: ChildProcess, control: Duplex, join: JoinGroups | undefined): Promise<boolean> {
  if (join === undefined) return true;
  if ((await wordOf(child, control)) !== "join" || child.pid === undefined) return false;
  const done = await join(child.pid).then(
    () => true,
    () => false,
  );
  if (done) control.write("joined\n");
  return done;
}

/** What a waiting launcher is told when its task is there. */
export interface TaskLaunch {
  /** Of the control groups that it is to be in. */
  readonly procsFiles: readonly string[];
  readonly stage: Stage;
  /** The rest of bubblewrap's arguments. */
  readonly arguments: readonly string[];
  readonly command: readonly string[];
}

/**
 * As `launch`, with a launcher that stands already: it joins the task's control groups where those are not its own, has the
 * stage bound and proved, and only then gets the arguments that bubblewrap waits for.
 */
export async function launchWaiting(waiting: WaitingLauncher, task: TaskLaunch): Promise<Standing> {
  const { child, control, rest, pipes } = waiting;
  const said = collect(pipes);
  try {
    const { procsFiles } = waiting.groups;
    joinGroups(
      child,
      task.procsFiles.filter((file) => !procsFiles.includes(file)),
    );
    control.write(`${task.stage.table}\n${task.stage.held}\n`);
    const staged = await wordOf(child, control);
    if (staged === "changed") throw stageChanged();
    if (staged !== "staged") throw launchFailed(said.text(), child.exitCode);
    rest.end(task.arguments.map((argument) => `${argument}\0`).join(""));
    const first = (await wordOf(child, control)) === "ready" ? firstOf(child) : null;
    if (first === null) throw launchFailed(said.text(), await gone(child));
    const go = (): void => void control.end(`go\n${commandLine(task.command)}\n`);
    return { child, pipes, first, go, resize: () => undefined };
  } catch (cause) {
    await gone(child);
    pipes.destroy();
    throw cause;
  } finally {
    said.stop();
  }
}

/** One line of shell words; the script inside knows `$n`. */
function commandLine(command: readonly string[]): string {
  return command.map((word) => shellQuote(word).replaceAll("\n", `'"$n"'`)).join(" ");
}

function joinGroups(child: ChildProcess, procsFiles: readonly string[]): void {
  for (const file of procsFiles) {
    // Until its end was heard of, its number is its own.
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
      throw launchFailed("it had ended", child.exitCode);
    writeFileSync(file, String(child.pid), { flag: "r+" });
  }
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
export function collect({ stderr }: TaskPipes): { stop(): void; text(): string } {
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

/** The next line that the launcher says, which comes in one piece; null: it says none, or ended. */
function wordOf(child: ChildProcess, control: Duplex): Promise<string | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      settle(null);
    }, STANDS_WITHIN);
    const heard = (chunk: Buffer): void => settle(/^([a-z]+)\n$/.exec(chunk.toString("latin1"))?.[1] ?? null);
    const ended = (): void => settle(null);
    const settle = (word: string | null): void => {
      clearTimeout(timer);
      control.off("data", heard).off("close", ended);
      child.off("error", ended).off("exit", ended);
      resolve(word);
    };
    control.on("data", heard).on("close", ended);
    child.on("error", ended).on("exit", ended);
    if (child.exitCode !== null || child.signalCode !== null) ended();
  });
}

/** What stands without a first program that can be told apart is ended. */
function firstOf(child: ChildProcess): number | null {
  const first = child.pid === undefined ? null : firstProcess(child.pid);
  if (first === null) child.kill("SIGKILL");
  return first;
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
