// Which processes hold the listening socket of a loopback port: the kernel's table gives the socket, and each process's
// open files give who holds it. Not a connection: nothing is sent.
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type Roots, readKernelFile } from "./observed-roots.ts";

/** TCP_LISTEN in include/net/tcp_states.h. */
const LISTEN = "0A";

/** Processes looked through. */
const PROCESSES_MAX = 32_768;

/** Process ids that hold a socket listening where `address` and `port` lead, or why they cannot be named. */
export type Listeners =
  | { readonly ok: true; readonly pids: readonly number[] }
  | { readonly ok: false; readonly why: string };

/**
 * Every process that may answer a connection to `address`:`port`. Sockets on the wildcard address count: the kernel picks
 * the most specific, and a second one can appear beside it. Not ok when a socket's holder is not visible to us.
 *
 * @param address 127.x.x.x or ::1.
 */
export function listeningProcesses(roots: Roots, address: string, port: number): Listeners {
  const sockets = listeningSockets(roots, address, port);
  if (sockets.size === 0) return { ok: false, why: "no listening socket of this machine is seen there" };
  const pids = new Set<number>();
  const unseen = new Set(sockets);
  for (const [pid, inode] of heldSockets(roots, sockets)) {
    pids.add(pid);
    unseen.delete(inode);
  }
  if (unseen.size > 0) return { ok: false, why: "which process listens there is not visible to this user" };
  return { ok: true, pids: [...pids].sort((one, other) => one - other) };
}

/** Inodes of the sockets. proc_pid_net(5): local_address is hexadecimal, in the byte order of the machine. */
function listeningSockets(roots: Roots, address: string, port: number): Set<string> {
  const wanted = new Set([...kernelAddresses(address)].map((one) => `${one}:${hexPort(port)}`));
  const inodes = new Set<string>();
  for (const table of ["tcp", "tcp6"]) {
    for (const line of (readKernelFile(join(roots.proc, "self/net", table)) ?? "").split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [, local, , state] = fields;
      const inode = fields[9];
      if (local !== undefined && wanted.has(local) && state === LISTEN && inode !== undefined)
        inodes.add(inode);
    }
  }
  return inodes;
}

/** The address itself, the wildcards, and for IPv4 the forms that an IPv6 socket shows. */
function* kernelAddresses(address: string): Generator<string> {
  const any6 = "0".repeat(32);
  yield any6;
  if (address === "::1") {
    yield "00000000000000000000000001000000";
    return;
  }
  const hex = address
    .split(".")
    .map((part) => Number(part).toString(16).padStart(2, "0").toUpperCase())
    .reverse()
    .join("");
  for (const v4 of [hex, "00000000"]) {
    yield v4;
    yield `0000000000000000FFFF0000${v4}`;
  }
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}

function* heldSockets(roots: Roots, inodes: ReadonlySet<string>): Generator<readonly [number, string]> {
  const processes = names(roots.proc).filter((name) => /^\d+$/.test(name));
  for (const pid of processes.slice(0, PROCESSES_MAX)) {
    const folder = join(roots.proc, pid, "fd");
    for (const descriptor of names(folder)) {
      const inode = /^socket:\[(\d+)\]$/.exec(target(join(folder, descriptor)))?.[1];
      if (inode !== undefined && inodes.has(inode)) yield [Number(pid), inode];
    }
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Gone, or not ours to see; an unseen holder is told by the caller.
    return [];
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}
