// Starts one gate worker process with as little as it can work with: a sandbox, no environment of ours, no inherited
// descriptor, bounded memory. Not what it is told (gate-worker.ts).
import { type ChildProcess, spawn } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { WritError } from "../../stdx/writ-error.ts";
import { compiledVariables } from "../compiled-folder.ts";
import { coveredStdio } from "../inherited-descriptors.ts";
import { type WorkerView, workerSandbox } from "./worker-sandbox.ts";

/** MiB of JavaScript heap; bodies and buffers lie outside it and have bounds of their own (inference/bounds.ts). */
const HEAP_MAX = 512;
/** Where a sandbox has it as well. */
const PRLIMIT = "/usr/bin/prlimit";
/** Bytes of data in all (setrlimit(2), RLIMIT_DATA), and no core file: it would hold credentials. */
const LIMITS: readonly string[] = ["--data=2147483648", "--core=0"];
/** ms for the process to say that it is ready; a loaded machine takes some seconds. */
const READY_WITHIN = 20_000;

/**
 * Resolves with a worker that listens to messages: the process of its sandbox, with which it ends. Throws
 * WRIT_LAUNCH_FAILED; then no process of it is left.
 */
export function startWorker(view: WorkerView): Promise<ChildProcess> {
  return ready(spawnWorker(view, [entry()], view.keeps ? "ignore" : "inherit"));
}

/** The same of a process in a worker's sandbox that does nothing but say so: a worker takes five times as long. */
export function startProbe(): Promise<ChildProcess> {
  return ready(spawnWorker({ offline: false, keeps: false }, ["--eval", PROBE], "ignore"));
}

const PROBE = 'process.send({ type: "ready" }); process.on("disconnect", () => process.exit());';

async function ready(child: ChildProcess): Promise<ChildProcess> {
  const stands = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), READY_WITHIN);
    const settle = (value: boolean): void => {
      clearTimeout(timer);
      resolve(value);
    };
    child.once("message", () => settle(true));
    child.once("error", () => settle(false));
    child.once("exit", () => settle(false));
  });
  if (stands) return child;
  child.kill("SIGKILL");
  if (child.pid !== undefined) await workerEnd(child);
  throw new WritError("WRIT_LAUNCH_FAILED", "a gate worker did not start", { hint: "writ doctor" });
}

/** How a worker ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Resolves once nothing of the worker is left: its sandbox's process is gone, and so is every holder of the channel, which
 * the worker itself is. Never rejects: an `error` of the child (a message that could not be sent) is not its end.
 */
export async function workerEnd(child: ChildProcess): Promise<WorkerEnd> {
  // Node lets go of a channel once a handle was sent on it: a process that waits for nothing else would end first.
  child.channel?.ref();
  const exited = child.exitCode !== null || child.signalCode !== null;
  const told = (event: "exit" | "disconnect"): Promise<void> =>
    new Promise((resolve) => child.once(event, () => resolve()));
  await Promise.all([exited || told("exit"), !child.connected || told("disconnect")]);
  return { code: child.exitCode, signal: child.signalCode };
}

/** `said`: a machine where none can run is what a probe finds out, and nothing that broke. */
function spawnWorker(view: WorkerView, program: readonly string[], said: "ignore" | "inherit"): ChildProcess {
  const { stdio, close } = coveredStdio(["ignore", "ignore", said, "ipc"]);
  try {
    const node = [process.execPath, `--max-old-space-size=${HEAP_MAX}`, ...program];
    const [command = "", ...args] = [...workerSandbox(view), PRLIMIT, ...LIMITS, ...node];
    return spawn(command, args, { env: { ...compiledVariables() }, cwd: "/", stdio });
  } finally {
    close();
  }
}

/** This file's neighbour: TypeScript in a clone, JavaScript in the package. */
function entry(): string {
  const here = fileURLToPath(import.meta.url);
  return fileURLToPath(new URL(`gate-process${extname(here)}`, import.meta.url));
}
