// Proves that a granted file still holds the bytes that were decided on, and copies them where they are to be pinned. Not
// its identity by device and inode (open-grants.ts).
import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";

/**
 * SHA-256 of large files that were read whole here, by device, inode, size, mtime and ctime: what a start then costs. A
 * rewrite in place changes the ctime (inode(7)), which nobody can set back; only who had the file mapped for writing
 * already may change it unseen for a while (mmap(2): the time is taken at the first write to a page).
 */
export type KnownContent = Map<string, string>;

/** Bytes above which a file is neither read at each start nor copied: a runtime can be over 100 MiB. */
export const PINNED_MAX: number = 64 * 1024 * 1024;

/** Files remembered; a node runs a handful of large programs. */
const KNOWN_MAX = 256;
/** ms that the last change must lie back for a file to be remembered: file times are as coarse as a tick, or 2 s (FAT). */
const SETTLED_AFTER = 2000;
const CHUNK = 1_048_576;

/**
 * The SHA-256 of what the O_PATH descriptor `fd` names, or null when it changed while it was read. With `pin`, the same
 * bytes are written there, executable if the original is. `now`: ms since the epoch.
 */
export function contentDigest(
  fd: number,
  pin: string | null,
  known: KnownContent,
  now: () => number = Date.now,
): string | null {
  const source = openSync(`/proc/self/fd/${fd}`, constants.O_RDONLY);
  try {
    const before = fstatSync(source, { bigint: true });
    const large = before.size > BigInt(PINNED_MAX);
    const remembered = large && pin === null ? known.get(identityOf(before)) : undefined;
    if (remembered !== undefined) return remembered;
    const digest = copyDigest(source, pin, (before.mode & 0o111n) !== 0n);
    if (identityOf(fstatSync(source, { bigint: true })) !== identityOf(before)) return null;
    if (large && BigInt(now()) - before.ctimeMs > BigInt(SETTLED_AFTER)) remember(known, before, digest);
    return digest;
  } finally {
    closeSync(source);
  }
}

function remember(known: KnownContent, stats: BigIntStats, digest: string): void {
  const oldest = known.size >= KNOWN_MAX ? known.keys().next().value : undefined;
  if (oldest !== undefined) known.delete(oldest);
  known.set(identityOf(stats), digest);
}

function identityOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(":");
}

function copyDigest(source: number, pin: string | null, executable: boolean): string {
  const copy = pin === null ? null : openSync(pin, "wx", executable ? 0o555 : 0o444);
  try {
    const hash = createHash("sha256");
    const chunk = Buffer.allocUnsafe(CHUNK);
    for (let read = readSync(source, chunk); read > 0; read = readSync(source, chunk)) {
      const bytes = chunk.subarray(0, read);
      hash.update(bytes);
      if (copy !== null) writeSync(copy, bytes);
    }
    return hash.digest("hex");
  } finally {
    if (copy !== null) closeSync(copy);
  }
}
