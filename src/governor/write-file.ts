// Replaces a file so that every reader, and every crash, sees the old bytes or the new ones.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes `bytes` beside `path`, makes them durable and renames them over it (0600 unless another mode is named). Throws the system's error. */
export function replaceFile(path: string, bytes: Uint8Array, mode = 0o600): void {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, bytes, { mode, flag: "wx", flush: true });
  renameSync(fresh, path);
  syncFolder(dirname(path));
}

/** Makes the names in a folder durable (fsync(2) on the folder). */
export function syncFolder(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
