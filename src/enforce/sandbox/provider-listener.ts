// The listening socket of a provider that runs under a writ: opened here, on the host's loopback, and inherited by a task
// that has no network of its own. Not the model relay, which listens on a task's side.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { WritError } from "../../stdx/writ-error.ts";
import { loopbackAddress } from "../loopback-url.ts";

export interface ProviderListener {
  /** Descriptor of the listening socket in this process. */
  readonly fd: number;
  /** Closes our own copy; idempotent. Until then a connection could be taken by us, and is dropped. */
  close(): void;
  /**
   * Gives the address up, once the provider ended and nobody sends to it any more. Until then it stays taken, whatever
   * the provider does with its socket. Idempotent; never rejects.
   */
  release(): Promise<void>;
}

/**
 * Listens at the provider's loopback `url`. The caller spawns the provider and closes this in the same turn of the event
 * loop, and releases it when the provider's clients are ended. Throws `WritError` WRIT_LAUNCH_FAILED when the address is taken or is not loopback.
 */
export async function openProviderListener(url: string): Promise<ProviderListener> {
  const address = loopbackAddress(url);
  if (address === null)
    throw failed(`\`${url}\` is no loopback address`, "write it as http://127.0.0.1:PORT in the spec");
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(failed(`cannot listen at \`${url}\``, "end what listens there", cause)),
    );
    server.listen(address, resolve);
  });
  const inodes = listeningInodes(address.port);
  const fd = descriptorOf(inodes);
  const close = (): void => void server.close();
  if (fd !== null) {
    try {
      return { fd, close, release: await holdSocket(fd) };
    } catch (cause) {
      close();
      throw failed(`the listener at \`${url}\` cannot be held`, "writ doctor", cause);
    }
  }
  close();
  throw failed(`the listener at \`${url}\` was not found among the descriptors`, "writ doctor");
}

/**
 * A process that has the socket and never accepts: this one could not keep it without taking connections. It ends when
 * its input does, and so with this process.
 */
async function holdSocket(fd: number): Promise<() => Promise<void>> {
  const holder = spawn("/bin/sh", ["-c", "read -r _"], {
    cwd: "/",
    env: {},
    stdio: ["pipe", "ignore", "ignore", fd],
  });
  const gone = new Promise<void>((resolve) => void holder.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    holder.once("spawn", resolve);
    holder.once("error", reject);
  });
  holder.on("error", () => holder.kill("SIGKILL"));
  holder.stdin?.on("error", () => holder.kill("SIGKILL"));
  return () => {
    holder.kill("SIGKILL");
    return gone;
  };
}

/** TCP_LISTEN as /proc/net/tcp writes it (include/net/tcp_states.h). */
const TCP_LISTEN = "0A";

/** Inodes of this namespace's sockets that listen on `port` (proc_pid_net(5)). */
function listeningInodes(port: number): ReadonlySet<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = ["tcp", "tcp6"].flatMap((table) => readTable(`/proc/self/net/${table}`));
  const listening = rows.filter((row) => row[1]?.endsWith(suffix) === true && row[3] === TCP_LISTEN);
  return new Set(listening.map((row) => row[9] ?? ""));
}

function readTable(path: string): readonly (readonly string[])[] {
  try {
    return readFileSync(path, "latin1")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/u));
  } catch {
    return []; // A kernel without IPv6 has no such table; a missing socket is an error of the caller.
  }
}

/**
 * Ours among them. node:net gives no descriptor without a private member, so it is found by what the kernel says: the
 * one descriptor of this process that is a socket listening on that port.
 */
function descriptorOf(inodes: ReadonlySet<string>): number | null {
  for (const fd of readdirSync("/proc/self/fd")) {
    const inode = /^socket:\[([0-9]+)\]$/u.exec(linkOf(fd))?.[1];
    if (inode !== undefined && inodes.has(inode)) return Number(fd);
  }
  return null;
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ""; // The listing's own descriptor, closed by now.
  }
}

function failed(message: string, hint: string, cause?: unknown): WritError {
  return new WritError("WRIT_LAUNCH_FAILED", message, { hint, cause });
}
