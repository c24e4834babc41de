// A folder as a witness: it holds the last head and signs nothing. What it holds is never replaced by a head that does not
// continue it; a medium that is taken away, or another user's folder, is what makes it a witness.
import { hash } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { NOTE_BYTES_MAX, type NoteVerifier, openCheckpoint } from "../../ledger/checkpoint.ts";
import { KeyChain } from "../../ledger/key-chain.ts";
import type { AskedHead, Held } from "./held.ts";

/** Where a folder holds the head of the log `origin`. */
export function folderFile(folder: string, origin: string): string {
  return join(folder, `writ-${hash("sha256", origin, "hex").slice(0, 32)}.checkpoint`);
}

/** Never throws for what is or is not there. */
export async function keepInFolder(
  folder: string,
  verifier: NoteVerifier,
  head: AskedHead,
  wall: () => Date,
): Promise<Held> {
  // A folder that is not there is a medium that is not there: none is made in its place.
  if (!existsSync(folder)) return refused("folder_missing");
  const file = folderFile(folder, verifier.origin);
  let note: Buffer | null;
  try {
    note = readNote(file);
  } catch {
    return refused("folder_foreign");
  }
  if (note !== null) {
    const before = openCheckpoint(note, verifier) ?? (await underOlderKey(note, verifier, head));
    if (before === null) return refused("folder_foreign");
    if (before.size > head.size) return { held: false, cause: "rolled_back", known: before.size };
    const root = before.size === 0 ? before.root : await head.rootAt(before.size);
    if (!Buffer.from(root).equals(before.root)) return { held: false, cause: "forked", known: before.size };
  }
  try {
    replace(folder, file, head.note);
  } catch {
    return refused("folder_unwritable");
  }
  return { held: true, line: null, time: Math.floor(wall().getTime() / 1000) };
}

/** The head in `note`, if a key signed it that the ledger had before. */
async function underOlderKey(
  note: Buffer,
  verifier: NoteVerifier,
  head: AskedHead,
): Promise<ReturnType<typeof openCheckpoint>> {
  const notes = (await head.handovers()).map((one) => Buffer.from(one.note, "utf8"));
  return KeyChain.along(verifier, notes).open(note);
}

function refused(cause: "folder_missing" | "folder_foreign" | "folder_unwritable"): Held {
  return { held: false, cause, known: null };
}

function readNote(file: string): Buffer | null {
  if (!existsSync(file)) return null;
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const note = readFileSync(descriptor);
    if (note.length > NOTE_BYTES_MAX) throw new Error("too long for a checkpoint");
    return note;
  } finally {
    closeSync(descriptor);
  }
}

function replace(folder: string, file: string, note: string): void {
  const fresh = `${file}.${process.pid}`;
  try {
    writeFileSync(fresh, note, { flag: "wx", mode: 0o644, flush: true });
    renameSync(fresh, file);
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw cause;
  }
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
