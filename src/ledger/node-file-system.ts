// The ledger's storage port on the real file system. Not a place for policy: errors pass through unchanged.
import { constants, type Stats, writeSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readlink, rename, statfs } from "node:fs/promises";
import type { FileAccess, LedgerFile, LedgerFileSystem, LedgerLock } from "./file-system.ts";

/** A longer write is left to another thread, as it may take longer than a turn should. */
const WRITE_HERE_BYTES_MAX: number = 512 * 1024;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** O_NONBLOCK: a named pipe in the place of a file is seen to be one, and not waited for. */
const OPEN_FLAGS: Readonly<Record<FileAccess, number>> = {
  read: constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW,
  write: constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW,
  sealed: constants.O_RDONLY | constants.O_NONBLOCK,
  erase: constants.O_RDWR | constants.O_NONBLOCK,
};

/** The real disk. `sync` is fdatasync(2) (F_FULLFSYNC on macOS, as libuv does it). */
export const nodeFileSystem: LedgerFileSystem = {
  async makeDirectory(path) {
    await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  },
  async list(path) {
    return await absentIsNull(async () => await readdir(path));
  },
  async openExisting(path, access) {
    const handle = await absentIsNull(async () => await open(path, OPEN_FLAGS[access]));
    if (handle === null) return null;
    if ((await handle.stat()).isFile()) return new NodeFile(handle);
    await handle.close();
    throw Object.assign(new Error(`EINVAL: no plain file, open '${path}'`), { code: "EINVAL" });
  },
  async movedTo(path) {
    try {
      return await readlink(path);
    } catch (cause) {
      // EINVAL: it is no link (readlink(2)).
      if (cause instanceof Error && "code" in cause && (cause.code === "EINVAL" || cause.code === "ENOENT"))
        return null;
      throw cause;
    }
  },
  async openEmpty(path) {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
    return new NodeFile(await open(path, flags, FILE_MODE));
  },
  rename,
  async syncDirectory(path) {
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  async freeBytes(path) {
    const found = await absentIsNull(async () => await statfs(path));
    return found === null ? null : found.bavail * found.bsize;
  },
  async lock(path) {
    return await lockWithSqlite(path);
  },
};

class NodeFile implements LedgerFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const { bytesRead } = await this.#handle.read(into, done, into.length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    // Into the page cache: shorter than the way to another thread and back. Waiting for the disk is for `sync`.
    const here = bytes.length <= WRITE_HERE_BYTES_MAX;
    let done = 0;
    while (done < bytes.length) {
      const left = bytes.length - done;
      const bytesWritten = here
        ? writeSync(this.#handle.fd, bytes, done, left, position + done)
        : (await this.#handle.write(bytes, done, left, position + done)).bytesWritten;
      if (bytesWritten === 0) throw new Error("write took no bytes");
      done += bytesWritten;
    }
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async size(): Promise<number> {
    const stats: Stats = await this.#handle.stat();
    return stats.size;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

async function absentIsNull<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw cause;
  }
}

/** SQLite result code of a lock held elsewhere (https://sqlite.org/rescode.html#busy). */
const SQLITE_BUSY = 5;

/**
 * Node has no flock(2). SQLite's exclusive lock is a POSIX record lock on this file (on every system that Node serves),
 * which the kernel drops with the process; nothing is ever stored in the file.
 */
async function lockWithSqlite(path: string): Promise<LedgerLock | null> {
  // Loaded here only: a verifier takes no lock and needs no SQLite.
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    if (cause instanceof Error && "errcode" in cause && cause.errcode === SQLITE_BUSY) return null;
    throw cause;
  }
  return { release: () => database.close() };
}
