// Makes a network namespace for one task, with its sockets open and in this process's hands. It has nothing of any task:
// no process is left in it, and what holds it are these descriptors.
import { type ChildProcess, spawn } from "node:child_process";
import { Socket as Datagram } from "node:dgram";
import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import { Server } from "node:net";
import { extname } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { compiledVariables } from "../compiled-folder.ts";
import { coveredStdio } from "../inherited-descriptors.ts";
import type { InsidePlan, InsideSocket } from "./inside-plan.ts";
import { CHANNEL_FD, LAUNCHER_PATH, NAMESPACE_SCRIPT } from "./launcher-scripts.ts";

/** A socket of the task's network namespace, and what it was opened for. */
export interface OpenedSocket extends InsideSocket {
  readonly handle: Server | Datagram;
}

/** A namespace that waits for its one task. */
export interface PreparedNamespace {
  /** Open descriptors of the namespaces to enter; `user` is null where we are root. */
  readonly descriptors: { readonly net: number; readonly user: number | null };
  /** One for each socket of the plan, in order. */
  readonly listeners: readonly OpenedSocket[];
  /** Closes the descriptors; the namespace lives on by whoever entered it. Idempotent. */
  release(): void;
  /** Closes everything: there will be no task. Idempotent. */
  drop(): void;
}

/** ms that it may take; a loaded machine takes some hundreds. */
const PREPARED_WITHIN = 15_000;
/** Bytes kept of what the program inside said. */
const SAID_MAX = 4096;

/**
 * A fresh namespace with the sockets of `plan`, which has at least one. `drop`: we are root, so that no user namespace is
 * needed. Throws `WritError` WRIT_LAUNCH_FAILED; then nothing of it is left.
 */
export async function prepareNamespace(plan: InsidePlan, drop: boolean): Promise<PreparedNamespace> {
  assert(plan.sockets.length > 0, "a namespace is prepared for its sockets");
  const child = spawnInside(plan, drop);
  const said = wordsOf(child.stderr);
  const listeners: OpenedSocket[] = [];
  try {
    await takeSockets(child, plan.sockets, listeners);
    const descriptors = holdNamespaces(child.pid ?? 0, drop);
    return preparedOf(descriptors, listeners);
  } catch (cause) {
    for (const { handle } of Object.values(listeners)) closeSocket(handle);
    const words = JSON.stringify(said().split("\n").slice(-2).join("; "));
    throw new WritError("WRIT_LAUNCH_FAILED", `a network namespace could not be prepared: ${words}`, {
      hint: "writ doctor",
      cause,
    });
  } finally {
    child.kill("SIGKILL");
  }
}

function spawnInside({ captures, sockets }: InsidePlan, drop: boolean): ChildProcess {
  const program = fileURLToPath(new URL(`./listen-inside${extname(import.meta.filename)}`, import.meta.url));
  const apart = drop ? ["--net"] : ["--user", "--map-root-user", "--net"];
  const env = {
    PATH: LAUNCHER_PATH,
    LISTEN_ON: JSON.stringify(sockets),
    LISTEN_NODE: process.execPath,
    LISTEN_PROGRAM: program,
    ...(captures ? { CAPTURES: "1" } : {}),
    ...compiledVariables(),
  };
  const { stdio, close } = coveredStdio(["ignore", "ignore", "pipe", "ignore", "ignore"]);
  stdio[CHANNEL_FD] = "ipc";
  try {
    return spawn("unshare", [...apart, "--", "/bin/sh", "-c", NAMESPACE_SCRIPT], { stdio, cwd: "/", env });
  } finally {
    close();
  }
}

/** Resolves when each socket came; the program inside then waits for its end, so that its namespace can be opened. */
function takeSockets(
  child: ChildProcess,
  sockets: readonly InsideSocket[],
  listeners: OpenedSocket[],
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failed = (): void => reject(new Error("the program inside ended before it stood"));
  const timer = setTimeout(failed, PREPARED_WITHIN);
  let taken = 0;
  child.on("message", (message, handle) => {
    const { index } = message as { readonly index: number };
    const socket = sockets[index];
    if (socket === undefined || !(handle instanceof Server || handle instanceof Datagram)) return;
    listeners[index] = { ...socket, handle };
    taken += 1;
    // Until the gate has it, nobody can connect: the task has not started.
    if (handle instanceof Server) handle.on("connection", (connection) => connection.destroy());
    if (taken === sockets.length) resolve();
  });
  child.once("error", failed);
  child.once("exit", failed);
  return promise.finally(() => clearTimeout(timer));
}

/** While the program inside lives, so that its number is its own. */
function holdNamespaces(pid: number, drop: boolean): PreparedNamespace["descriptors"] {
  const net = openSync(`/proc/${pid}/ns/net`, "r");
  // INVARIANT: a task never enters the host's network.
  const own = statSync("/proc/self/ns/net").ino;
  assert(fstatSync(net).ino !== own, "a prepared network namespace is not our own");
  return { net, user: drop ? null : openSync(`/proc/${pid}/ns/user`, "r") };
}

function preparedOf(
  descriptors: PreparedNamespace["descriptors"],
  listeners: readonly OpenedSocket[],
): PreparedNamespace {
  let held = true;
  const release = (): void => {
    if (!held) return;
    held = false;
    closeSync(descriptors.net);
    if (descriptors.user !== null) closeSync(descriptors.user);
  };
  let open = true;
  const drop = (): void => {
    release();
    if (open) for (const { handle } of listeners) closeSocket(handle);
    open = false;
  };
  return { descriptors, listeners, release, drop };
}

/** Closes a socket that may be closed. */
export function closeSocket(handle: Server | Datagram): void {
  try {
    handle.close();
  } catch (cause) {
    // A datagram socket throws at its second close; a server does not.
    if ((cause as NodeJS.ErrnoException).code !== "ERR_SOCKET_DGRAM_NOT_RUNNING") throw cause;
  }
}

function wordsOf(stderr: Readable | null): () => string {
  const chunks: Buffer[] = [];
  stderr?.on("data", (chunk: Buffer) => void chunks.push(chunk));
  return () => Buffer.concat(chunks).subarray(0, SAID_MAX).toString("utf8").trim();
}
