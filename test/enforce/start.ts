// Starting real processes in tests and seeing how they end; every one is killed with the test that started it.

import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { onTestFinished } from "vitest";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output holds `text`; rejects when the process ends without it. */
  says(text: string): Promise<void>;
}

/** Starts `argv`; standard input is empty. */
export function start(argv: readonly string[], options: SpawnOptions = {}): Started {
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const listener of listeners) listener();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const says = async (text: string): Promise<void> => {
    const said = new Promise<void>((resolve) => {
      const listener = (): void => {
        if (stdout.includes(text)) resolve();
      };
      listeners.add(listener);
      listener();
    });
    const end = await Promise.race([said, ended]);
    if (end !== undefined && !end.stdout.includes(text)) {
      throw new Error(`ended without ${text}: ${JSON.stringify(end)}`);
    }
  };
  return { child, pid: child.pid ?? -1, ended, says };
}

/** Runs `argv` to its end. */
export function run(argv: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return start(argv, options).ended;
}

/** Waits until `holds`, at most 10 s; throws when it never does. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether a process of this id is there and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return true;
  }
}
