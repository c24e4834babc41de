// The file of the queue's store: opened, tuned, and made anew where it is not one of this layout. SQL of the tables is job-tables.ts.
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { LAYOUT, TABLES } from "./job-tables.ts";

/** The database at `path` with the tables of this layout; one of another layout, or none that SQLite reads, is replaced. */
export function openDatabase(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path);
    const layout = database.prepare("PRAGMA user_version").get()?.["user_version"];
    if (layout === LAYOUT) return tuned(database);
    database.close();
  } catch (error) {
    // Made anew below: it is a projection.
    if (!isStoreFailure(error)) throw error;
  }
  removeDatabase(path);
  const database = new DatabaseSync(path);
  tuned(database).exec(TABLES);
  return database;
}

/** Removes the database at `path` with all that SQLite keeps beside it. Who has it open still reads it. */
export function removeDatabase(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${path}${suffix}`, { force: true });
}

/** Whether `error` is SQLite's own: of a file that is damaged, gone or full, not of ours. */
export function isStoreFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}

/** Whether a store's failure is that its disk has no room (sqlite3.h: SQLITE_FULL). */
export function isDiskFull(error: unknown): boolean {
  return isStoreFailure(error) && (error as { readonly errcode?: unknown }).errcode === SQLITE_FULL;
}

const SQLITE_FULL = 13;

function tuned(database: DatabaseSync): DatabaseSync {
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536",
  );
  return database;
}
