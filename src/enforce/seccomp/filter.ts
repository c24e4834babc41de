// The seccomp filter of a task: which system calls it may not make. Allow by default, with denials; assembled here
// without a library. Not the mounts, namespaces or limits, which hold what is allowed.
import { assert } from "../../stdx/assert.ts";
import { assemble, type Instruction, type Target } from "./assemble.ts";
import { DENIED, DENIED_AS_MISSING, DENIED_AS_UNSUPPORTED, ERRNO } from "./denials.ts";
import {
  type Architecture,
  AUDIT_ARCH,
  HIGHEST_KNOWN_CALL,
  type SyscallName,
  syscallNumber,
} from "./syscalls.ts";

export interface SeccompOptions {
  /** Any other architecture is a broken invariant: there is no table, so there is no filter. */
  readonly arch: Architecture;
  /** True when the task inherits a terminal: then the ioctls of a virtual console are denied too. */
  readonly terminal: boolean;
}

/**
 * The `struct sock_filter[]` that `bwrap --seccomp FD` reads.
 *
 * - A call through another architecture's entry kills the process; an unknown or x32 number is ENOSYS.
 * - `socket`: AF_INET and AF_INET6 with SOCK_STREAM or SOCK_DGRAM and protocol 0, TCP or UDP; AF_NETLINK with
 *   NETLINK_ROUTE; no other family. `socketpair`: AF_UNIX streams only, since a datagram pair can be connected anew to
 *   any name.
 * - `clone` with a namespace flag, `ioctl` with TIOCSTI and the like, `personality` other than the default: EPERM.
 * - The calls of denials.ts, whatever their arguments.
 *
 * Arguments are compared in their low 32 bits, as the kernel reads them (for ioctl: CVE-2019-10063).
 *
 * @example writeFileSync(fd, buildSeccompFilter({ arch: "x64", terminal: false }));
 */
export function buildSeccompFilter(options: SeccompOptions): Uint8Array {
  assert(Object.hasOwn(AUDIT_ARCH, options.arch), `a system call table exists for ${options.arch}`);
  return assemble([
    load(ARCH_OFFSET),
    jump("equal", AUDIT_ARCH[options.arch], "next", "kill"),
    load(NUMBER_OFFSET),
    jump("greater", HIGHEST_KNOWN_CALL, "missing", "next"),
    ...callJumps(options.arch, CONDITIONAL, (name) => name),
    ...callJumps(options.arch, DENIED_AS_MISSING, () => "missing"),
    ...callJumps(options.arch, DENIED_AS_UNSUPPORTED, () => "unsupported"),
    ...callJumps(options.arch, DENIED, () => "denied"),
    returns(ALLOW),
    ...socketRules(),
    ...socketpairRules(),
    ...cloneRules(),
    ...ioctlRules(options.terminal),
    ...personalityRules(),
    ...verdicts(),
  ]);
}

const CONDITIONAL: readonly SyscallName[] = ["ioctl", "socket", "socketpair", "clone", "personality"];

/** Offsets in `struct seccomp_data` (include/uapi/linux/seccomp.h): nr, arch, instruction_pointer, args[6]. */
const NUMBER_OFFSET = 0;
const ARCH_OFFSET = 4;
const ARGUMENTS_OFFSET = 16;

/** Actions of include/uapi/linux/seccomp.h. */
const KILL_PROCESS = 0x80000000;
const FAIL = 0x00050000;
const ALLOW = 0x7fff0000;

/** include/linux/socket.h, include/linux/net.h, include/uapi/linux/in.h, include/uapi/linux/netlink.h. */
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_SEQPACKET = 5;
const SOCK_TYPE_MASK = 0xf;
const IPPROTO_DEFAULT = 0;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const NETLINK_ROUTE = 0;

/**
 * CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (include/uapi/linux/sched.h). CLONE_NEWTIME shares
 * its bit with clone's exit signal and is taken only by unshare and clone3.
 */
const CLONE_NEW = 0x7e020000;

/** include/uapi/asm-generic/ioctls.h: type into, select in, or take over a terminal. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
const TIOCCONS = 0x541d;
const TIOCSETD = 0x5423;
const TIOCEXCL = 0x540c;
/** The ranges of include/uapi/linux/kd.h and vt.h: key maps, function-key strings, console modes. */
const CONSOLE_RANGES = [
  { first: 0x4b00, last: 0x4bff },
  { first: 0x5600, last: 0x56ff },
] as const;

/** PER_LINUX, and the value that only asks (personality(2)). */
const PER_LINUX = 0;
const PERSONALITY_QUERY = 0xffffffff;

function callJumps(
  arch: Architecture,
  names: readonly SyscallName[],
  target: (name: SyscallName) => Target,
): readonly Instruction[] {
  return names.flatMap((name) => {
    const number = syscallNumber(arch, name);
    return number === null ? [] : [jump("equal", number, target(name), "next")];
  });
}

function socketRules(): readonly Instruction[] {
  return [
    label("socket"),
    load(argument(0)),
    jump("equal", AF_NETLINK, "netlink", "next"),
    jump("equal", AF_INET, "internet", "next"),
    jump("equal", AF_INET6, "internet", "family"),
    label("internet"),
    load(argument(1)),
    { op: "and", value: SOCK_TYPE_MASK },
    jump("equal", SOCK_STREAM, "protocol", "next"),
    jump("equal", SOCK_DGRAM, "protocol", "denied"),
    label("protocol"),
    load(argument(2)),
    jump("equal", IPPROTO_DEFAULT, "allow", "next"),
    jump("equal", IPPROTO_TCP, "allow", "next"),
    jump("equal", IPPROTO_UDP, "allow", "protocol_unsupported"),
    label("netlink"),
    load(argument(2)),
    jump("equal", NETLINK_ROUTE, "allow", "protocol_unsupported"),
  ];
}

function socketpairRules(): readonly Instruction[] {
  return [
    label("socketpair"),
    load(argument(0)),
    jump("equal", AF_UNIX, "next", "family"),
    load(argument(1)),
    { op: "and", value: SOCK_TYPE_MASK },
    jump("equal", SOCK_STREAM, "allow", "next"),
    jump("equal", SOCK_SEQPACKET, "allow", "denied"),
  ];
}

function cloneRules(): readonly Instruction[] {
  return [label("clone"), load(argument(0)), jump("any_bit", CLONE_NEW, "denied", "allow")];
}

function ioctlRules(terminal: boolean): readonly Instruction[] {
  const denied = [TIOCSTI, TIOCLINUX, TIOCCONS, TIOCSETD, ...(terminal ? [TIOCEXCL] : [])];
  const ranges = terminal ? CONSOLE_RANGES : [];
  return [
    label("ioctl"),
    load(argument(1)),
    ...denied.map((request) => jump("equal", request, "denied", "next")),
    ...ranges.flatMap(({ first, last }) => [
      jump("at_least", first, "next", "allow"),
      jump("greater", last, "next", "denied"),
    ]),
    returns(ALLOW),
  ];
}

function personalityRules(): readonly Instruction[] {
  return [
    label("personality"),
    load(argument(0)),
    jump("equal", PER_LINUX, "allow", "next"),
    jump("equal", PERSONALITY_QUERY, "allow", "denied"),
  ];
}

function verdicts(): readonly Instruction[] {
  return [
    label("allow"),
    returns(ALLOW),
    label("denied"),
    returns(FAIL | ERRNO.EPERM),
    label("missing"),
    returns(FAIL | ERRNO.ENOSYS),
    label("family"),
    returns(FAIL | ERRNO.EAFNOSUPPORT),
    label("protocol_unsupported"),
    returns(FAIL | ERRNO.EPROTONOSUPPORT),
    label("unsupported"),
    returns(FAIL | ERRNO.EOPNOTSUPP),
    label("kill"),
    returns(KILL_PROCESS),
  ];
}

function argument(index: number): number {
  return ARGUMENTS_OFFSET + 8 * index;
}

function load(offset: number): Instruction {
  return { op: "load", offset };
}

function label(name: string): Instruction {
  return { op: "label", name };
}

function returns(value: number): Instruction {
  return { op: "return", value };
}

function jump(
  test: "equal" | "greater" | "at_least" | "any_bit",
  value: number,
  hit: Target,
  miss: Target,
): Instruction {
  return { op: "jump", test, value, hit, miss };
}
