// One governor per home, crash-safe: an exclusive SQLite lock held for life. The kernel gives it back with the process,
// so no stale lock exists and none is ever broken.
import { DatabaseSync } from "node:sqlite";

export interface HomeLock {
  release(): void;
}

/**
 * Takes the lock at `path` or gives null when another process has it. Throws what SQLite throws when the file itself
 * cannot be opened. POSIX locks end when any handle of the file is closed in this process: nothing else may open it.
 */
export function takeHomeLock(path: string): HomeLock | null {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // Nothing is ever written here, so no journal belongs beside it.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return { release: () => database.close() };
}

/** SQLITE_BUSY, in its extended forms too (https://sqlite.org/rescode.html: the low byte is the primary code). */
function isBusy(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "errcode" in error ? error.errcode : null;
  return typeof code === "number" && (code & 0xff) === 5;
}
