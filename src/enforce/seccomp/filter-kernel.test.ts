// The filter in the kernel: real attempts under bubblewrap with it, and the same ones without it, so that what is
// blocked is blocked by the filter. As root, in a mount namespace that keeps every capability: nothing else is in the way.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isRoot } from "../../../test/enforce/as-user.ts";
import { run } from "../../../test/enforce/start.ts";
import { buildSeccompFilter } from "./filter.ts";
import type { Architecture } from "./syscalls.ts";

const ATTACKS = join(import.meta.dirname, "../../../suites/programs/attacks");
const folder = mkdtempSync(join(tmpdir(), "writ-seccomp-"));
afterAll(() => rmSync(folder, { recursive: true }));

const arch = process.arch as Architecture;
const filters = [false, true].map((terminal) => {
  const path = join(folder, `${terminal}.bpf`);
  writeFileSync(path, buildSeccompFilter({ arch, terminal }));
  return path;
});

/** An ordinary user cannot have the capabilities that make the difference visible, so gets its own namespaces. */
const SANDBOX = [
  ..."bwrap --bind / / --dev /dev --proc /proc --tmpfs /tmp".split(" "),
  // A clone below /tmp still has its attack programs.
  "--ro-bind",
  ATTACKS,
  ATTACKS,
];
const USER = isRoot ? [] : ["--unshare-user", "--unshare-pid"];

async function attempt(argv: readonly string[], filter: string | null): Promise<string> {
  if (filter === null) return (await run([...SANDBOX, ...USER, "--", ...argv])).stdout.trim();
  const fd = openSync(filter, "r");
  try {
    const options = { stdio: ["ignore", "pipe", "pipe", fd] } as const;
    const end = await run([...SANDBOX, ...USER, "--seccomp", "3", "--", ...argv], {
      stdio: [...options.stdio],
    });
    return (end.stdout || `${end.stderr} ${end.signal ?? end.code}`).trim();
  } finally {
    closeSync(fd);
  }
}

const perl = (text: string): readonly string[] => {
  const [program = "", ...rest] = text.split(" ");
  return ["perl", join(ATTACKS, program), ...rest];
};

/** Each with the error that the filter gives it. */
const DENIED: readonly (readonly [attack: string, error: string])[] = [
  ...[
    "unix stream 0",
    "unix dgram 0",
    "unix seqpacket 0",
    "unix raw 0",
    "vsock stream 0",
    "alg seqpacket 0",
  ].map((socket) => [`socket.pl ${socket}`, "EAFNOSUPPORT"] as const),
  ...["packet raw 768", "packet dgram 768", "key raw 2", "xdp raw 0", "can raw 1", "bluetooth raw 1"].map(
    (socket) => [`socket.pl ${socket}`, "EAFNOSUPPORT"] as const,
  ),
  ["socket.pl inet raw 1", "EPERM"],
  ["socket.pl inet raw 255", "EPERM"],
  ["socket.pl inet6 raw 58", "EPERM"],
  ["socket.pl inet packet 768", "EPERM"],
  ["socket.pl inet dgram 1", "EPROTONOSUPPORT"],
  ...[2, 4, 6, 7, 9, 11, 12, 15, 16].map(
    (kind) => [`socket.pl netlink raw ${kind}`, "EPROTONOSUPPORT"] as const,
  ),
  ["socketpair-escape.pl /dev/log", "EPERM"],
  ["io-uring.pl", "ENOSYS"],
  ["keyring.pl add", "EPERM"],
  ["keyring.pl request", "EPERM"],
  ["keyring.pl describe", "EPERM"],
  ...["me", "child", "read"].map((way) => [`trace.pl ${way}`, "EPERM"] as const),
  ...["user", "mount", "net", "pid", "ipc", "uts", "cgroup", "time"].map(
    (kind) => [`namespace.pl unshare ${kind}`, "EPERM"] as const,
  ),
  ...["user", "mount", "net", "pid", "ipc", "uts", "cgroup"].map(
    (kind) => [`namespace.pl clone ${kind}`, "EPERM"] as const,
  ),
  ["namespace.pl clone3 user", "ENOSYS"],
  ["namespace.pl clone3 time", "ENOSYS"],
  ["namespace.pl setns mount", "EPERM"],
  ...["tmpfs", "bind", "remount", "umount", "pivot_root", "chroot", "open_tree", "open_tree_attr"].map(
    (way) => [`mount.pl ${way}`, "EPERM"] as const,
  ),
  ...["fsopen", "fspick", "fsmount", "fsconfig", "move_mount", "mount_setattr"].map(
    (way) => [`mount.pl ${way}`, "EPERM"] as const,
  ),
  ...["bpf 0 0 0", "perf_event_open 0 0 0 0 0", "userfaultfd 0"].map(
    (call) => [`syscall.pl ${call}`, "ENOSYS"] as const,
  ),
  ...[
    "process_vm_writev 0 0 0 0 0 0",
    "kcmp 1 1 0 0 0",
    "pidfd_getfd 0 0 0",
    "process_madvise 0 0 0 0 0",
  ].map((call) => [`syscall.pl ${call}`, "EPERM"] as const),
  ...[
    "init_module 0 0 0",
    "finit_module -1 0 0",
    "kexec_load 0 -1 0 -1",
    "syslog 10 0 0",
    "reboot 0 0 0 0",
  ].map((call) => [`syscall.pl ${call}`, "EPERM"] as const),
  ...[
    "swapoff /nowhere",
    "acct /nowhere/x",
    "quotactl 0 0 0 0",
    "settimeofday 1 1",
    "clock_settime -1 0",
  ].map((call) => [`syscall.pl ${call}`, "EPERM"] as const),
  ...["name_to_handle_at -1 / 0 0 0", "open_by_handle_at -1 0 0"].map(
    (call) => [`syscall.pl ${call}`, "EPERM"] as const,
  ),
  ...["setxattr /", "lsetxattr /", "fsetxattr 0", "setxattrat -1 / 0"].map(
    (call) => [`syscall.pl ${call} 0 0 0 0`, "ENOTSUP"] as const,
  ),
  ["syscall.pl personality 262144", "EPERM"],
  ["syscall.pl not_yet_made", "ENOSYS"],
];

/** What an ordinary program needs. */
const ALLOWED: readonly string[] = [
  "socket.pl inet stream 0",
  "socket.pl inet stream 6",
  "socket.pl inet6 dgram 17",
  "socket.pl netlink raw 0",
  "syscall.pl getpid",
  "syscall.pl personality 4294967295",
];

describe("buildSeccompFilter in the kernel", () => {
  it.each(DENIED)("denies %s with %s", async (attack, error) => {
    expect(await attempt(perl(attack), filters[0] ?? "")).toBe(`BLOCKED ${error}`);
  });

  it.each(ALLOWED)("allows %s", async (attack) => {
    expect(await attempt(perl(attack), filters[0] ?? "")).toMatch(/^OPEN \d+$/);
  });

  it.runIf(isRoot)("is what denies them: without it root gets through", async () => {
    const blocked: string[] = [];
    const through: string[] = [];
    for (const [attack] of DENIED) {
      const answer = await attempt(perl(attack), null);
      (answer.startsWith("BLOCKED") ? blocked : through).push(attack);
    }
    const must = [
      "socket.pl unix stream 0",
      "socket.pl packet raw 768",
      "socket.pl inet raw 1",
      "io-uring.pl",
    ];
    const alsoMust = [
      "keyring.pl add",
      "trace.pl child",
      "namespace.pl unshare user",
      "namespace.pl clone net",
    ];
    expect(through).toEqual(
      expect.arrayContaining([...must, ...alsoMust, "mount.pl tmpfs", "mount.pl open_tree"]),
    );
    expect(through.length).toBeGreaterThan(blocked.length * 2);
  });

  it("denies typing into a terminal, and with a terminal also the console's ioctls", async () => {
    const onTerminal = async (request: string, filter: string): Promise<string> => {
      const argv = [
        "script",
        "--quiet",
        "--return",
        "--command",
        `perl ${ATTACKS}/terminal.pl ${request}`,
        "/dev/null",
      ];
      return attempt(argv, filter);
    };
    for (const filter of filters) {
      for (const request of ["sti", "linux", "cons", "setd", "high"]) {
        expect(await onTerminal(request, filter), request).toBe("BLOCKED EPERM");
      }
    }
    const [without = "", with_ = ""] = filters;
    for (const request of ["console", "font", "exclusive"]) {
      expect(await onTerminal(request, with_), request).toBe("BLOCKED EPERM");
      expect(await onTerminal(request, without), request).toMatch(/^OPEN/);
    }
  });

  it("leaves Node its pipes, threads and children", async () => {
    const script = `
      const { execFileSync } = require("node:child_process");
      const { Worker } = require("node:worker_threads");
      const { createServer, connect } = require("node:net");
      console.log(execFileSync("echo", ["child"]).toString().trim());
      new Worker("require('node:worker_threads').parentPort.postMessage('thread')", { eval: true }).on("message", (text) => {
        console.log(text);
        const server = createServer((socket) => socket.end("net")).listen(0, "127.0.0.1", () =>
          connect(server.address().port, "127.0.0.1").on("data", (data) => { console.log(String(data)); server.close(); }));
      });`;
    expect(await attempt([process.execPath, "-e", script], filters[0] ?? "")).toBe("child\nthread\nnet");
  });
});
