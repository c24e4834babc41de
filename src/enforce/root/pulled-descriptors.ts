// Descriptors of the governor's that root takes a copy of: the task's ends of its pipes, and its network namespace. Nothing
// else of the governor's is ever opened here. Node cannot pass descriptors, so they are pulled (proc_pid_fd(5)).
import { closeSync, constants, fchownSync, fstatSync, openSync, readlinkSync, statSync } from "node:fs";
import type { ListedPrincipal } from "./executor-config.ts";

/** A process of the governor's account, held so that its number cannot become another's. */
export interface HeldProcess {
  /** `/proc/self/fd/N`, the process's own folder. */
  readonly path: string;
  close(): void;
}

/** The process `pid`, if it is `uid`'s; else null. */
export function holdProcess(pid: number, uid: number): HeldProcess | null {
  let descriptor: number;
  try {
    descriptor = openSync(`/proc/${pid}`, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    return null; // There is none.
  }
  if (fstatSync(descriptor).uid === uid)
    return { path: `/proc/self/fd/${descriptor}`, close: () => closeSync(descriptor) };
  closeSync(descriptor);
  return null;
}

/**
 * The task's ends of three pipes, blocking as programs expect, and the account's to open anew. Throws when one is no pipe;
 * then none is open.
 */
export function pullPipes(
  from: HeldProcess,
  [input = -1, output = -1, error = -1]: readonly number[],
  owner: ListedPrincipal,
): readonly number[] {
  const pulled: number[] = [];
  try {
    pulled.push(pullPipe(from, input, constants.O_RDONLY, owner));
    pulled.push(pullPipe(from, output, constants.O_WRONLY, owner));
    pulled.push(pullPipe(from, error, constants.O_WRONLY, owner));
    return pulled;
  } catch (cause) {
    for (const fd of pulled) closeSync(fd);
    throw cause;
  }
}

function pullPipe(from: HeldProcess, fd: number, flags: number, owner: ListedPrincipal): number {
  const path = `${from.path}/fd/${fd}`;
  if (!readlinkSync(path).startsWith("pipe:[") || !statSync(path).isFIFO()) throw new Error("it is no pipe");
  // Open in both directions while the one end is opened: fifo(7) would wait for the other one.
  const both = openSync(path, constants.O_RDWR);
  try {
    if (!fstatSync(both).isFIFO()) throw new Error("it is no pipe any more");
    const end = openSync(`/proc/self/fd/${both}`, flags);
    fchownSync(end, owner.uid, owner.gid);
    return end;
  } finally {
    closeSync(both);
  }
}

/** The network namespace behind the descriptor. Throws when it is none, or the node's own: a task never enters that. */
export function pullNamespace(from: HeldProcess, fd: number): number {
  const path = `${from.path}/fd/${fd}`;
  if (!readlinkSync(path).startsWith("net:[")) throw new Error("it is no network namespace");
  const pulled = openSync(path, constants.O_RDONLY);
  const [own, given] = [statSync("/proc/self/ns/net"), fstatSync(pulled)];
  if (given.dev === own.dev && given.ino !== own.ino) return pulled;
  closeSync(pulled);
  throw new Error("it is not one of a task's own");
}
