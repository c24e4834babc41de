// Reads the checkpoints of a ledger folder: the latest (`checkpoint`, replaced by rename) and all of them
// (`checkpoints`, appended). Says which heads are signed; whether the records agree is scan-ledger.ts.
import { join } from "node:path";
import { type Checkpoint, NOTE_BYTES_MAX, type NoteVerifier, openCheckpoint } from "./checkpoint.ts";
import type { LedgerFileSystem } from "./file-system.ts";
import { contentEnd } from "./frame-reader.ts";
import { HISTORY_NAME, LATEST_NAME } from "./layout.ts";
import type { LedgerProblem, ProblemKind } from "./problem.ts";
import { withFile } from "./with-file.ts";

/** The signed heads of a ledger. */
export interface Heads {
  /** Null: the ledger was never finished being created. */
  readonly latest: Checkpoint | null;
  /** In order; sizes never decrease. */
  readonly notes: readonly Checkpoint[];
  /** Bytes of the history that are whole notes. */
  readonly historyEnd: number;
  /** Bytes of the history up to the last that is not zero; more than `historyEnd`: its last note is torn. */
  readonly historyBytes: number;
  /** Records below this are sealed. */
  readonly sealed: number;
  readonly problem: LedgerProblem | null;
}

/** Reads both files and verifies every signature. Never throws for what is in them. */
export async function readHeads(fs: LedgerFileSystem, dir: string, verifier: NoteVerifier): Promise<Heads> {
  const latestBytes = await readContent(fs, join(dir, LATEST_NAME));
  const history = (await readContent(fs, join(dir, HISTORY_NAME))) ?? Buffer.alloc(0);
  const latest = latestBytes === null ? null : openCheckpoint(latestBytes, verifier);
  const read = readNotes(history, verifier);
  const last = read.notes.at(-1);
  const heads = {
    latest,
    notes: read.notes,
    historyEnd: read.end,
    historyBytes: history.length,
    sealed: Math.max(latest?.size ?? 0, last?.size ?? 0),
  };
  if (latestBytes !== null && latest === null) {
    return { ...heads, problem: unsigned(LATEST_NAME, 0, heads.sealed) };
  }
  return { ...heads, problem: read.problem ?? disagreement(heads) };
}

/** Up to the last byte that is not zero; null when there is no such file. */
async function readContent(fs: LedgerFileSystem, path: string): Promise<Buffer | null> {
  return await withFile(fs, path, "read", async (file) => {
    if (file === null) return null;
    const bytes = Buffer.alloc(await contentEnd(file, 0));
    return bytes.subarray(0, await file.read(bytes, 0));
  });
}

interface NotesRead {
  readonly notes: readonly Checkpoint[];
  readonly end: number;
  readonly problem: LedgerProblem | null;
}

function readNotes(history: Buffer, verifier: NoteVerifier): NotesRead {
  const notes: Checkpoint[] = [];
  let at = 0;
  while (at < history.length) {
    const end = noteEnd(history, at);
    const note = end === null ? null : openCheckpoint(history.subarray(at, end), verifier);
    const previous = notes.at(-1);
    const sequence = previous?.size ?? 0;
    if (end === null || note === null) {
      const problem = looksTorn(history.subarray(at)) ? null : unsigned(HISTORY_NAME, at, sequence);
      return { notes, end: at, problem };
    }
    const broken = previous === undefined ? null : brokenOrder(previous, note);
    if (broken !== null)
      return { notes, end: at, problem: historyProblem("reordered", at, broken, sequence) };
    notes.push(note);
    at = end;
  }
  return { notes, end: at, problem: null };
}

const SIGNATURES_BEGIN = Buffer.from("\n\n— ", "utf8");
const LINE_FEED = 0x0a;

function noteEnd(history: Buffer, from: number): number | null {
  const split = history.indexOf(SIGNATURES_BEGIN, from);
  if (split < 0 || split - from > NOTE_BYTES_MAX) return null;
  const end = history.indexOf(LINE_FEED, split + SIGNATURES_BEGIN.length);
  return end < 0 || end - from > NOTE_BYTES_MAX ? null : end + 1;
}

/** A write that did not finish leaves sectors of zeros or a beginning of a note; anything else was changed afterwards. */
function looksTorn(rest: Buffer): boolean {
  if (rest.length > NOTE_BYTES_MAX) return false;
  const signed = rest.indexOf("\n\n");
  return rest.at(-1) !== LINE_FEED || rest.includes(0) || signed < 0 || signed === rest.length - 2;
}

function brokenOrder(previous: Checkpoint, next: Checkpoint): string | null {
  if (next.size < previous.size) return "a checkpoint covers less than the one before it";
  if (next.size === previous.size && !sameRoot(previous, next)) return "two checkpoints of one size differ";
  if (previous.closing && (next.size !== previous.size || next.closing)) {
    return "after an orderly close the first checkpoint must reopen at the same size";
  }
  return null;
}

/** The two files must tell one story, or differ by the one write that a crash can separate. */
function disagreement(heads: Omit<Heads, "problem">): LedgerProblem | null {
  const { latest, notes, historyEnd, historyBytes } = heads;
  if (latest === null) return null;
  const last = notes.at(-1);
  if (latest.closing) {
    const whole = last !== undefined && last.closing && last.size === latest.size && sameRoot(last, latest);
    if (!whole)
      return historyProblem("cut", historyEnd, "the history does not end with the closing checkpoint", 0);
    if (historyEnd === historyBytes) return null;
    return historyProblem("added", historyEnd, "something stands behind the closing checkpoint", latest.size);
  }
  if (latest.size === 0 && last === undefined) return null;
  if (notes.some((note) => note.size === latest.size && sameRoot(note, latest))) return null;
  return historyProblem("cut", historyEnd, "the history lacks the latest checkpoint", latest.size);
}

function sameRoot(left: Checkpoint, right: Checkpoint): boolean {
  return Buffer.from(left.root).equals(right.root);
}

function unsigned(file: string, offset: number, sequence: number): LedgerProblem {
  return {
    kind: "bad_signature",
    file,
    offset,
    sequence,
    detail: "no checkpoint signed by this key and origin",
  };
}

function historyProblem(kind: ProblemKind, offset: number, detail: string, sequence: number): LedgerProblem {
  return { kind, file: HISTORY_NAME, offset, sequence, detail };
}
