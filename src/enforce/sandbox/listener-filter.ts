// A second seccomp filter for a task that inherits a listening socket of the host's network: that socket may accept and
// nothing else. Not the filter that every task has (seccomp/filter.ts).
import { assert } from "../../stdx/assert.ts";
import { assemble, type Instruction } from "../seccomp/assemble.ts";
import { type Architecture, AUDIT_ARCH } from "../seccomp/syscalls.ts";

/**
 * A `struct sock_filter[]` for `bwrap --add-seccomp-fd` that denies every way to dial out with a socket one holds.
 *
 * Without it a task could turn the inherited listener into a client: `connect` with AF_UNSPEC disconnects even a
 * listening TCP socket (connect(2)), and a second `connect`, or a send with MSG_FASTOPEN, then reaches any loopback
 * service of the host. A provider only answers, so it needs none of these.
 */
export function buildListenerFilter(arch: Architecture): Uint8Array {
  assert(Object.hasOwn(AUDIT_ARCH, arch), `a system call table exists for ${arch}`);
  const calls = CALLS[arch];
  return assemble([
    load(ARCH_OFFSET),
    jump("equal", AUDIT_ARCH[arch], "next", "denied"),
    load(NUMBER_OFFSET),
    jump("equal", calls.connect, "denied", "next"),
    jump("equal", calls.sendto, "sendto", "next"),
    jump("equal", calls.sendmsg, "sendmsg", "next"),
    jump("equal", calls.sendmmsg, "sendto", "allow"),
    { op: "label", name: "sendmsg" },
    load(argument(2)),
    jump("any_bit", MSG_FASTOPEN, "denied", "allow"),
    { op: "label", name: "sendto" },
    load(argument(3)),
    jump("any_bit", MSG_FASTOPEN, "denied", "allow"),
    { op: "label", name: "allow" },
    { op: "return", value: ALLOW },
    { op: "label", name: "denied" },
    { op: "return", value: FAIL | EPERM },
  ]);
}

/** arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. */
const CALLS = {
  x64: { connect: 42, sendto: 44, sendmsg: 46, sendmmsg: 307 },
  arm64: { connect: 203, sendto: 206, sendmsg: 211, sendmmsg: 269 },
} as const;

/** Offsets in `struct seccomp_data`; flags are argument 3 of sendto and sendmmsg, argument 2 of sendmsg. */
const NUMBER_OFFSET = 0;
const ARCH_OFFSET = 4;
const ARGUMENTS_OFFSET = 16;
/** include/linux/socket.h: send data in the SYN, which connects. */
const MSG_FASTOPEN = 0x20000000;
const ALLOW = 0x7fff0000;
const FAIL = 0x00050000;
const EPERM = 1;

function argument(index: number): number {
  return ARGUMENTS_OFFSET + 8 * index;
}

function load(offset: number): Instruction {
  return { op: "load", offset };
}

function jump(test: "equal" | "any_bit", value: number, hit: string, miss: string): Instruction {
  return { op: "jump", test, value, hit, miss };
}
