// The three pipes of a task's standard input, output and error. Real pipes: what node:child_process calls pipes are
// sockets, and a program that opens /dev/stdout or /dev/stderr by name fails on those.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, fchownSync, openSync, readlinkSync } from "node:fs";
import { Socket } from "node:net";
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";

export interface TaskPipes {
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  /** The task's ends, for the launcher's descriptors 0, 1 and 2; blocking, as programs expect. */
  readonly theirs: readonly [number, number, number];
  /** Closes our copies of the task's ends, so that each pipe ends with the task. Idempotent. */
  closeTheirs(): void;
  /** Closes our own ends. Idempotent. */
  destroy(): void;
}

export interface PipeMaker {
  /** Three fresh pipes. Throws `WritError` WRIT_LAUNCH_FAILED. */
  take(): Promise<TaskPipes>;
  /** Closes what was made ahead. */
  close(): void;
}

/**
 * Makes pipes. node:fs can open a pipe but not make one, so a shell that builds a pipeline makes some ahead, and they are
 * opened from its processes (proc_pid_fd(5)). `owner`: who may open them anew by /dev/stdout when that is not us.
 */
export function openPipeMaker(owner: PipeOwner | null): PipeMaker {
  const stock: number[] = [];
  let restocking: Promise<void> = Promise.resolve();
  const restock = async (): Promise<void> => {
    if (stock.length < PIPES_A_TASK) stock.push(...(await makePipes(PIPES_A_TASK * TASKS_AHEAD)));
  };
  return {
    take: async () => {
      try {
        while (stock.length < PIPES_A_TASK) {
          restocking = restocking.then(restock, restock);
          await restocking;
        }
        const [input = -1, output = -1, error = -1] = stock.splice(0, PIPES_A_TASK);
        return openEnds([input, output, error], owner);
      } catch (cause) {
        throw new WritError("WRIT_LAUNCH_FAILED", "cannot make pipes for a task", {
          hint: "writ doctor",
          cause,
        });
      }
    },
    close: () => {
      for (const fd of stock.splice(0)) closeSync(fd);
    },
  };
}

export interface PipeOwner {
  readonly uid: number;
  readonly gid: number;
}

const PIPES_A_TASK = 3;
/** Tasks whose pipes one pipeline makes. */
const TASKS_AHEAD = 4;
/** ms that the pipeline may take to stand. */
const STANDS_WITHIN = 10_000;
/**
 * Tells its own process number, which $$ in a part of a pipeline is not, and waits on what is no pipe of ours. Redirected
 * as a whole: a builtin's own redirection moves descriptors about for a moment. Descriptor 5 is its end of the pipe to the next part.
 */
const STAGE = "(exec 5>&1 0<&3 1>&2; read -r pid rest </proc/self/stat; echo $pid; read -r word)";

/** `count` anonymous pipes, each open for both directions in one descriptor. */
async function makePipes(count: number): Promise<readonly number[]> {
  const script = `exec 3<&0; ${Array.from({ length: count + 1 }, () => STAGE).join(" | ")}`;
  const shell = spawn("/bin/sh", ["-c", script], {
    stdio: ["pipe", "ignore", "pipe"],
    env: {},
    cwd: "/",
    detached: true,
  });
  try {
    const pids = await linesOf(shell, count + 1);
    const writers = pids
      .map((pid) => `/proc/${pid}/fd/5`)
      .filter((path) => readlinkSync(path).startsWith("pipe:"));
    assert(writers.length === count, "a pipeline has one pipe less than it has parts");
    return writers.map((path) => openSync(path, constants.O_RDWR));
  } finally {
    await endPipeline(shell);
  }
}

/** Resolves when no part of the pipeline lives: until then each holds ends of ours, and a pipe would not end. */
async function endPipeline(shell: ChildProcess): Promise<void> {
  if (shell.pid === undefined) return;
  const gone = new Promise((resolve) => shell.once("close", resolve));
  const ended = shell.exitCode !== null || shell.signalCode !== null;
  if (!ended) process.kill(-shell.pid, "SIGKILL");
  shell.stdin?.destroy();
  shell.stderr?.resume();
  if (!ended) await gone;
}

function linesOf(shell: ChildProcess, wanted: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    let said = "";
    const failed = (): void => reject(new Error("the pipeline ended before it stood"));
    const timer = setTimeout(failed, STANDS_WITHIN);
    shell.once("error", failed);
    shell.once("exit", failed);
    shell.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString("latin1");
      const lines = said.split("\n").slice(0, -1);
      if (lines.length !== wanted) return;
      clearTimeout(timer);
      resolve(lines);
    });
  });
}

function openEnds(pipes: readonly [number, number, number], owner: PipeOwner | null): TaskPipes {
  const end = (pipe: number, flags: number): number => openSync(`/proc/self/fd/${pipe}`, flags);
  if (owner !== null) for (const pipe of pipes) fchownSync(pipe, owner.uid, owner.gid);
  const [input, output, error] = pipes;
  const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
  const theirs = [end(input, O_RDONLY), end(output, O_WRONLY), end(error, O_WRONLY)] as const;
  const reader = (pipe: number): Socket => {
    return new Socket({ fd: end(pipe, O_RDONLY | O_NONBLOCK), readable: true, writable: false });
  };
  const stdin = new Socket({ fd: end(input, O_WRONLY | O_NONBLOCK), readable: false, writable: true });
  const [stdout, stderr] = [reader(output), reader(error)];
  for (const pipe of pipes) closeSync(pipe);
  let open = true;
  return {
    stdin,
    stdout,
    stderr,
    theirs,
    closeTheirs: () => {
      if (!open) return;
      open = false;
      for (const fd of theirs) closeSync(fd);
    },
    destroy: () => {
      for (const socket of [stdin, stdout, stderr]) socket.destroy();
    },
  };
}
