// The storage that a ledger needs, as a port, so that a simulated disk can drop, tear and refuse. Types only; the real
// one is node-file-system.ts.

/** One open file. Every method rejects with the system's error; none retries. */
export interface LedgerFile {
  /** Reads up to `into.length` bytes at `position`; fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes` at `position`, growing the file where needed. Not durable before `sync`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Everything written so far, and the length needed to read it back, is on stable storage. */
  sync(): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

/**
 * What a file is opened for. `read` and `write` never follow a link at the last step. `sealed` reads, and `erase` also writes, a
 * segment or payload file that nothing is appended to any more, wherever a link says that it was moved.
 */
export type FileAccess = "read" | "write" | "sealed" | "erase";

export interface LedgerFileSystem {
  /** Creates the folder (mode 0700) and its parents; existing ones are left as they are. */
  makeDirectory(path: string): Promise<void>;
  /** Names in the folder, or null when there is no such folder. */
  list(path: string): Promise<readonly string[] | null>;
  /** Null when there is no such file, or nothing where a link leads. Rejects for what is no plain file. */
  openExisting(path: string, access: FileAccess): Promise<LedgerFile | null>;
  /** Where the link at `path` leads; null: there is none. */
  movedTo(path: string): Promise<string | null>;
  /** An empty file (mode 0600); what was there under this name is emptied. */
  openEmpty(path: string): Promise<LedgerFile>;
  rename(from: string, to: string): Promise<void>;
  /** Names created, renamed or removed in the folder are on stable storage. */
  syncDirectory(path: string): Promise<void>;
  /** Bytes that this user can still write there, or null when unknown. */
  freeBytes(path: string): Promise<number | null>;
  /** Null when another process, or another ledger in this one, holds it. Released when the process dies. */
  lock(path: string): Promise<LedgerLock | null>;
}

export interface LedgerLock {
  release(): void;
}
