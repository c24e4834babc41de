// Opens a file for the length of one function, so that no failure leaves a descriptor open.
import type { FileAccess, LedgerFile, LedgerFileSystem } from "./file-system.ts";

/** Runs `act` on the file, or on null when there is none; closes it whatever happens. */
export async function withFile<T>(
  fs: LedgerFileSystem,
  path: string,
  access: FileAccess,
  act: (file: LedgerFile | null) => Promise<T>,
): Promise<T> {
  const file = await fs.openExisting(path, access);
  try {
    return await act(file);
  } finally {
    await file?.close();
  }
}

/** Closes every one of them, the rest even when one fails, and then throws the first failure. */
export async function closeAll(files: readonly { close(): Promise<void> }[]): Promise<void> {
  const outcomes = await Promise.allSettled(files.map(async (file) => await file.close()));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

/** Opens files one after another with `open`; when that fails, closes those that it handed to `opened`. */
export async function openAll<T>(
  open: (opened: (file: { close(): Promise<void> }) => void) => Promise<T>,
): Promise<T> {
  const files: { close(): Promise<void> }[] = [];
  try {
    return await open((file) => files.push(file));
  } catch (cause) {
    // The failure to open is the one to report; a close that fails after it adds nothing.
    await closeAll(files).catch(() => null);
    throw cause;
  }
}
