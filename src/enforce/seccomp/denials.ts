// What the filter denies outright, whatever the arguments, and with which error. Calls that depend on an argument
// (socket, socketpair, clone, ioctl, personality) are in filter.ts. Everything not named here is allowed: what remains
// is bounded by namespaces, mounts, dropped capabilities and limits.
import type { SyscallName } from "./syscalls.ts";

/** Error numbers of include/uapi/asm-generic/errno{-base,}.h, the same on x64 and arm64. */
export const ERRNO = {
  EPERM: 1,
  ENOSYS: 38,
  EPROTONOSUPPORT: 93,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
} as const;

/** Answered as if the kernel did not have the call, so that programs take their older way instead of failing. */
export const DENIED_AS_MISSING: readonly SyscallName[] = [
  // Submission queues run calls that no filter sees.
  "io_uring_setup",
  "io_uring_enter",
  "io_uring_register",
  // Its flags are behind a pointer, where a filter cannot look; libraries fall back to clone.
  "clone3",
  "bpf",
  "perf_event_open",
  "userfaultfd",
];

/**
 * Answered as a file system without extended attributes would (setxattr(2)), which copying programs pass over: an attribute
 * is a place to write that no look at what a task wrote would see.
 */
export const DENIED_AS_UNSUPPORTED: readonly SyscallName[] = [
  "setxattr",
  "lsetxattr",
  "fsetxattr",
  "setxattrat",
];

/** Answered with EPERM. */
export const DENIED: readonly SyscallName[] = [
  // Other processes.
  "ptrace",
  "process_vm_readv",
  "process_vm_writev",
  "process_madvise",
  "pidfd_getfd",
  "kcmp",
  "move_pages",
  "migrate_pages",
  // Keyrings outlive a process and belong to a uid: a channel between tasks.
  "add_key",
  "request_key",
  "keyctl",
  // Namespaces and mounts.
  "unshare",
  "setns",
  "chroot",
  "pivot_root",
  "mount",
  "umount2",
  "open_tree",
  "open_tree_attr",
  "move_mount",
  "fsopen",
  "fsconfig",
  "fsmount",
  "fspick",
  "mount_setattr",
  // Files by handle pass by every mount.
  "name_to_handle_at",
  "open_by_handle_at",
  "lookup_dcookie",
  // The machine: kernel code, time, swap, accounting, quotas, ports, consoles, kernel log.
  "kexec_load",
  "kexec_file_load",
  "init_module",
  "finit_module",
  "delete_module",
  "create_module",
  "query_module",
  "reboot",
  "settimeofday",
  "clock_settime",
  "clock_adjtime",
  "adjtimex",
  "swapon",
  "swapoff",
  "acct",
  "quotactl",
  "quotactl_fd",
  "nfsservctl",
  "iopl",
  "ioperm",
  "modify_ldt",
  "uselib",
  "vhangup",
  "syslog",
];
