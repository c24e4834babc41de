// Starts one gate worker process with as little as it can work with: no environment, no inherited descriptor, bounded
// memory. Not what it is told (gate-worker.ts).
import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { WritError } from "../../stdx/writ-error.ts";
import { coveredStdio } from "../inherited-descriptors.ts";

/** MiB of JavaScript heap; bodies and buffers lie outside it and have bounds of their own (inference/bounds.ts). */
const HEAP_MAX = 512;
/** Where a sandbox has it as well. */
const PRLIMIT = "/usr/bin/prlimit";
const UNSHARE = "/usr/bin/unshare";
/** Bytes of data in all (setrlimit(2), RLIMIT_DATA), and no core file: it would hold credentials. */
const LIMITS: readonly string[] = ["--data=2147483648", "--core=0"];
/** ms for the process to say that it is ready; a loaded machine takes some seconds. */
const READY_WITHIN = 20_000;

/**
 * Resolves with a worker that listens to messages; `offline`: in a network namespace of its own with nothing in it. Throws
 * WRIT_LAUNCH_FAILED; then no process of it is left.
 */
export async function startWorker({ offline }: { readonly offline: boolean }): Promise<ChildProcess> {
  const child = spawnWorker(offline);
  const ready = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), READY_WITHIN);
    const settle = (value: boolean): void => {
      clearTimeout(timer);
      resolve(value);
    };
    child.once("message", () => settle(true));
    child.once("error", () => settle(false));
    child.once("exit", () => settle(false));
  });
  if (ready) return child;
  child.kill("SIGKILL");
  throw new WritError("WRIT_LAUNCH_FAILED", "a gate worker did not start", { hint: "writ doctor" });
}

function spawnWorker(offline: boolean): ChildProcess {
  const { stdio, close } = coveredStdio(["ignore", "ignore", "inherit", "ipc"]);
  try {
    // Each becomes the next, and the last the worker: there is no process between.
    const apart = offline ? [UNSHARE, ...apartWords(), "--"] : [];
    const node = [process.execPath, `--max-old-space-size=${HEAP_MAX}`];
    const [execPath, ...execArgv] = [...apart, PRLIMIT, ...LIMITS, ...node];
    return fork(entry(), [], { execPath, execArgv, env: {}, cwd: "/", stdio });
  } finally {
    close();
  }
}

/** What root may do at once, anyone else does in a user namespace in which they are still themselves. */
function apartWords(): readonly string[] {
  return process.geteuid?.() === 0 ? ["--net"] : ["--user", "--map-current-user", "--net"];
}

/** This file's neighbour: TypeScript in a clone, JavaScript in the package. */
function entry(): string {
  const here = fileURLToPath(import.meta.url);
  return fileURLToPath(new URL(`gate-process${extname(here)}`, import.meta.url));
}
