// Program: runs inside a sandbox and tries to get out, one line `name=result` an attempt; `blocked …` is the only result
// that counts as held. It opens and never writes: a hole that it finds must not hurt the host.
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readdirSync, readlinkSync } from "node:fs";
import { connect, createServer } from "node:net";

/** bubblewrap's first process, this program, and room for what it started. */
const PROCESSES_MAX = 8;
const [port = "", secret = "", hostNamespace = ""] = process.argv.slice(2);

tell("connect_out", await reaches(Number(port)));
tell("write_root", opens("/writ-probe", "w"));
tell("remount", runs("mount", ["-o", "remount,rw", "/"]));
tell("write_proc_sys", opens("/proc/sys/kernel/core_pattern", "r+"));
tell("see_host_processes", seesProcesses(hostNamespace));
tell("read_ungranted", opens(secret, "r"));
tell("new_user_namespace", runs("unshare", ["--user", "true"]));
tell("unix_socket", await listensUnix());

function tell(name: string, result: string): void {
  process.stdout.write(`${name}=${result}\n`);
}

function opens(path: string, flags: string): string {
  try {
    closeSync(openSync(path, flags));
    return "open";
  } catch (cause) {
    return `blocked ${(cause as NodeJS.ErrnoException).code ?? "?"}`;
  }
}

function runs(program: string, args: readonly string[]): string {
  const { status, error } = spawnSync(program, args, { stdio: "ignore" });
  if (error !== undefined) return `not tried: ${error.message}`;
  return status === 0 ? "done" : `blocked exit ${status ?? "signal"}`;
}

/** A process namespace of its own, in which the only processes are bubblewrap's first, this one and what it started. */
function seesProcesses(hostNamespace: string): string {
  const pids = readdirSync("/proc").filter((name) => /^[0-9]+$/u.test(name));
  const shared = readlinkSync("/proc/self/ns/pid") === hostNamespace;
  return shared || pids.length > PROCESSES_MAX ? `seen ${pids.length}` : `blocked, ${pids.length} of its own`;
}

function reaches(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve("connected"));
    socket.once("error", (cause: NodeJS.ErrnoException) => resolve(`blocked ${cause.code ?? "?"}`));
  });
}

function listensUnix(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (cause: NodeJS.ErrnoException) => resolve(`blocked ${cause.code ?? "?"}`));
    server.listen("/tmp/probe.sock", () => {
      server.close();
      resolve("listening");
    });
  });
}
