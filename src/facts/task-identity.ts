// Who a task runs as, and what file permission bits let that one do. Not a check by doing: the kernel has the last word
// when the task runs.
import type { BigIntStats } from "node:fs";

/** The uid, gid and supplementary groups of a task. Never uid 0. */
export interface TaskIdentity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** Bits of one permission class (inode(7)). */
export type Access = "read" | "write" | "search";
const BIT: Readonly<Record<Access, number>> = { read: 4, write: 2, search: 1 };

/**
 * Whether the mode bits let `identity` do this, as path_resolution(7) has it: the owner by the owner's bits alone, a
 * member of the group by the group's, anyone else by the rest. Access control lists are not read: where one exists the
 * group bits are its mask, so the answer may differ from the kernel's, which still decides when the task opens the file.
 */
export function modePermits(stats: BigIntStats, identity: TaskIdentity, access: Access): boolean {
  const mode = Number(stats.mode & 0o777n);
  const isOwner = stats.uid === BigInt(identity.uid);
  const isMember = [identity.gid, ...identity.groups].some((group) => stats.gid === BigInt(group));
  const shift = isOwner ? 6 : isMember ? 3 : 0;
  return ((mode >> shift) & BIT[access]) !== 0;
}
