// What a file holds, as SHA-256, remembered while the file is the same. A stale memory cannot let another content run:
// the executor hashes what it starts and compares.
import { createHash } from "node:crypto";
import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open, statfs } from "node:fs/promises";
import type { PathFact } from "../decide/facts.ts";

/** Bytes of the largest file argument that is hashed. */
export const HASHED_MAX: number = 64 * 1024 * 1024;

/** Bytes of the largest program: runtimes are over 100 MiB, and a sparse file of a terabyte is none. */
export const PROGRAM_MAX: number = 4 * 1024 * 1024 * 1024;

/** Files remembered; the oldest is forgotten first. */
const REMEMBERED_MAX = 4096;

/** Kernel file systems whose files make their content up: proc, sysfs, tracefs, debugfs, cgroup v1 and v2 (magic.h). */
const MADE_UP: ReadonlySet<number> = new Set([
  0x9fa0, 0x62656572, 0x74726163, 0x64626720, 0x27e0eb, 0x63677270,
]);

/** Lower-case hexadecimal SHA-256, and the bytes it is of; null and 0: not hashed. */
export interface Hashed {
  readonly sha256: string | null;
  readonly bytes: number;
}

const NOT_HASHED: Hashed = { sha256: null, bytes: 0 };

/** Hashes files, and remembers each by device, inode, size, mtime and ctime in nanoseconds. */
export class ContentHasher {
  readonly #known = new Map<string, string>();

  /**
   * The hash, or none: not a regular file, over `max`, unreadable by us, made up by the kernel, or changed while it was
   * read. Never throws and never blocks on a pipe or device.
   *
   * @param max Bytes.
   */
  async hash(fact: PathFact, max: number = HASHED_MAX): Promise<Hashed> {
    if (fact.real === null || fact.kind !== "file") return NOT_HASHED;
    let handle: FileHandle;
    try {
      // The path may have become something else since: not followed, and not waited for.
      handle = await open(fact.real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    } catch {
      return NOT_HASHED;
    }
    try {
      if (MADE_UP.has((await statfs(fact.real)).type)) return NOT_HASHED;
      return await this.#hashOpen(handle, fact, max);
    } catch {
      return NOT_HASHED;
    } finally {
      await handle.close();
    }
  }

  async #hashOpen(handle: FileHandle, fact: PathFact, max: number): Promise<Hashed> {
    const before = await handle.stat({ bigint: true });
    const same = String(before.dev) === fact.device && String(before.ino) === fact.inode;
    if (!same || !before.isFile() || before.size > BigInt(max)) return NOT_HASHED;
    const bytes = Number(before.size);
    const key = identityOf(before);
    const known = this.#known.get(key);
    if (known !== undefined) return { sha256: known, bytes };
    const sha256 = await digestOf(handle, max);
    if (sha256 === null || identityOf(await handle.stat({ bigint: true })) !== key) return NOT_HASHED;
    if (this.#known.size >= REMEMBERED_MAX) this.#known.delete(this.#known.keys().next().value ?? "");
    this.#known.set(key, sha256);
    return { sha256, bytes };
  }
}

function identityOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(":");
}

/** What an open file holds, read anew, as hexadecimal SHA-256; null: more than `max` bytes. */
export async function digestOf(handle: FileHandle, max: number): Promise<string | null> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return hash.digest("hex");
    length += bytesRead;
    if (length > max) return null;
    hash.update(buffer.subarray(0, bytesRead));
  }
}
